using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Convolutions of float images by kernels of three by three with stride 1, by F(4×4, 3×3).</summary>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="TUnit">The instructions.</typeparam>
/// <typeparam name="TTile">The register tile of the products.</typeparam>
internal static unsafe class WinogradConvolution<V, TUnit, TTile>
    where V : struct
    where TUnit : struct, IVectorUnit<V, float>
    where TTile : struct, IRegisterTile
{
    // The number of channels whose weights one part transforms.
    private const int ChannelsPerPart = 16;

    private static int Lanes => TUnit.Count;

    /// <summary>Convolves.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="images">The source and destination images; the weights are not set yet.</param>
    /// <param name="taps">For each input channel and element of the kernel, the weights of all output channels next to each other, readable a register past the
    /// end.</param>
    public static void Run<TEpilogue>(WorkerPool pool, WinogradImages<TEpilogue> images, float* taps)
        where TEpilogue : struct, IUnaryMap
    {
        int panels = Partition.Count(images.Outputs, TTile.Columns);
        KernelBody kernels = default;
        kernels.Inputs = images.Inputs;
        kernels.Outputs = images.Outputs;
        kernels.Panels = panels;
        kernels.Taps = taps;
        kernels.Transformed = ScratchMemory.Rent<float>(ScratchUse.RightPanels, (long)WinogradTiling.Elements * panels * images.Inputs * TTile.Columns);
        pool.For(Partition.Count(images.Inputs, ChannelsPerPart), kernels);

        ImageBody<TEpilogue> body = default;
        body.Images = images;
        body.Panels = panels;
        body.Weights = kernels.Transformed;
        pool.For(images.Tiling.Parts, body);
    }

    // G g Gᵀ for some input channels, in panels with as many output channels as a register tile has columns.
    private struct KernelBody : IParallelBody
    {
        public int Inputs;
        public int Outputs;
        public int Panels;
        public float* Taps;
        public float* Transformed;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int part)
        {
            float* columns = stackalloc float[3 * WinogradTiling.Extent * TUnit.Count];
            nint elementStride = (nint)Panels * Inputs * TTile.Columns;
            int end = Partition.End(part, ChannelsPerPart, Inputs);
            for (int input = part * ChannelsPerPart; input < end; input++)
            {
                for (int output = 0; output < Outputs; output += TUnit.Count)
                {
                    float* taps = Taps + ((nint)input * 9 * Outputs) + output;
                    float* to = Transformed + ((((nint)(output / TTile.Columns) * Inputs) + input) * TTile.Columns) + (output % TTile.Columns);
                    for (int x = 0; x < 3; x++)
                        WinogradTransform<V, TUnit>.Kernel(taps + (x * Outputs), 3 * Outputs, columns + (x * TUnit.Count), 3 * TUnit.Count);
                    for (int y = 0; y < WinogradTiling.Extent; y++)
                        WinogradTransform<V, TUnit>.Kernel(columns + (y * 3 * TUnit.Count), TUnit.Count, to + (y * WinogradTiling.Extent * elementStride),
                            elementStride);
                }
            }
        }
    }

    // Transforms, multiplies and transforms back one part of the tiles.
    private struct ImageBody<TEpilogue> : IParallelBody
        where TEpilogue : struct, IUnaryMap
    {
        public WinogradImages<TEpilogue> Images;
        public int Panels;
        public float* Weights;

        public readonly void Run(int part)
        {
            WinogradTiling tiling = Images.Tiling;
            int first = part * tiling.PiecesPerPart, end = Math.Min(tiling.Pieces, first + tiling.PiecesPerPart);
            int inputs = WinogradPlanes.Padded(Images.Inputs, Lanes), outputs = WinogradPlanes.Padded(Panels * TTile.Columns, Lanes);

            // A register tile may read and write rows past the last tile.
            int rows = tiling.TilesPerPart + TTile.Rows;
            nint inputElement = (nint)rows * inputs, outputElement = (nint)rows * outputs;
            float* transformed = ScratchMemory.Rent<float>(ScratchUse.Columns, WinogradTiling.Elements * inputElement);
            float* products = ScratchMemory.Rent<float>(ScratchUse.Accumulators, WinogradTiling.Elements * outputElement);
            int pixelColumns = tiling.ColumnsPerPiece + 2;
            float* pixels = ScratchMemory.Rent<float>(ScratchUse.Row, ((long)WinogradTiling.Extent + WinogradTiling.Side) * pixelColumns * Lanes);

            int tiles = 0;
            for (int piece = first; piece < end; piece++)
                tiles += WinogradInput<V, TUnit>.Transform(tiling, piece, Images.Source, Images.Inputs, Images.Top, Images.Left, pixels,
                    transformed + (tiles * (nint)inputs), inputElement, inputs);

            for (int element = 0; element < WinogradTiling.Elements; element++)
            {
                for (int panel = 0; panel < Panels; panel++)
                {
                    float* weights = Weights + ((((nint)element * Panels) + panel) * Images.Inputs * TTile.Columns);
                    int columns = Math.Min(TTile.Columns, Images.Outputs - (panel * TTile.Columns));
                    for (int tile = 0; tile < tiles; tile += TTile.Rows)
                    {
                        float* a = transformed + (element * inputElement) + ((nint)tile * inputs);
                        float* c = products + (element * outputElement) + ((nint)tile * outputs) + (panel * TTile.Columns);
                        TTile.RunLines(Math.Min(TTile.Rows, tiles - tile), columns, Images.Inputs, a, inputs, weights, TTile.Columns, c, outputs);
                    }
                }
            }

            tiles = 0;
            for (int piece = first; piece < end; piece++)
            {
                int count = tiling.Locate(piece, out int image, out int row, out int column);
                int width = count * WinogradTiling.Side;
                nint stride = (nint)width * Lanes;
                for (int channel = 0; channel < Images.Outputs; channel += Lanes)
                {
                    float* from = products + ((nint)tiles * outputs) + channel;
                    for (int y = 0; y < WinogradTiling.Extent; y++)
                        WinogradTransform<V, TUnit>.OutputRow(from + (y * WinogradTiling.Extent * outputElement), outputElement, outputs, count,
                            pixels + (y * stride));
                    WinogradTransform<V, TUnit>.OutputColumns(pixels, stride, width);
                    Images.Write(image, channel, Math.Min(Lanes, Images.Outputs - channel), row, column, width, pixels, Lanes,
                        pixels + (WinogradTiling.Extent * stride));
                }

                tiles += count;
            }
        }
    }
}
