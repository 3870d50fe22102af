namespace ConservativeAD.Kernels.Cpu;

/// <summary>The transform of pieces of images: Bᵀ d B for every tile.</summary>
internal static unsafe class WinogradInput<V, TUnit>
    where V : struct
    where TUnit : struct, IVectorUnit<V, float>
{
    /// <summary>Transforms one piece.</summary>
    /// <param name="tiling">The tiling of the images.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="planes">The images.</param>
    /// <param name="channels">Their channels.</param>
    /// <param name="top">Rows of zeros above the images.</param>
    /// <param name="left">Columns of zeros to their left.</param>
    /// <param name="pixels">Room for six rows of a piece's pixels.</param>
    /// <param name="to">The first tile's transform.</param>
    /// <param name="elementStride">Stride between elements of a transform.</param>
    /// <param name="tileStride">Stride between tiles.</param>
    /// <returns>The number of tiles.</returns>
    public static int Transform(in WinogradTiling tiling, int piece, in WinogradPlanes planes, int channels, int top, int left, float* pixels, float* to,
        nint elementStride, nint tileStride)
    {
        int tiles = tiling.Locate(piece, out int image, out int row, out int column);
        int width = (tiles * WinogradTiling.Side) + 2;
        nint stride = (nint)width * TUnit.Count;
        for (int channel = 0; channel < channels; channel += TUnit.Count)
        {
            planes.Read(image, channel, TUnit.Count, row - top, column - left, WinogradTiling.Extent, width, pixels);
            WinogradTransform<V, TUnit>.InputColumns(pixels, stride, width);
            for (int y = 0; y < WinogradTiling.Extent; y++)
                WinogradTransform<V, TUnit>.InputRow(pixels + (y * stride), tiles, to + channel + (y * WinogradTiling.Extent * elementStride), elementStride,
                    tileStride);
        }

        return tiles;
    }
}
