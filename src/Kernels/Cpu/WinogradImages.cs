using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The images that a Winograd convolution reads and writes.</summary>
internal unsafe struct WinogradImages<TEpilogue>
    where TEpilogue : struct, IUnaryMap
{
    public WinogradTiling Tiling;
    public WinogradPlanes Source;
    public int Inputs;
    public int Top;
    public int Left;
    public float* Destination;
    public int Outputs;
    public float* Bias;
    public bool Accumulate;
    public TEpilogue Epilogue;

    /// <summary>Writes up to four rows of positions of some output channels, after adding the bias or the previous value and applying the function.</summary>
    /// <param name="image">The image.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="row">The first row.</param>
    /// <param name="column">The first column.</param>
    /// <param name="width">Columns of a row of pixels; those outside the image are dropped.</param>
    /// <param name="pixels">The rows; each position is a register of channels.</param>
    /// <param name="lanes">Elements of a position.</param>
    /// <param name="lines">Room for one row of every channel.</param>
    public readonly void Write(int image, int channel, int channels, int row, int column, int width, float* pixels, int lanes, float* lines)
    {
        int count = Math.Min(width, Tiling.Width - column), rows = Math.Min(WinogradTiling.Side, Tiling.Height - row);
        nint plane = (nint)Tiling.Height * Tiling.Width;
        float* to = Destination + ((((nint)image * Outputs) + channel) * plane) + ((nint)row * Tiling.Width) + column;
        bool plain = !Accumulate && Bias == null && typeof(TEpilogue) == typeof(Identity);
        for (int y = 0; y < rows; y++, pixels += width * lanes, to += Tiling.Width)
        {
            if (plain)
            {
                TransposedCopy.Run(pixels, lanes, to, plane, channels, count);
                continue;
            }

            TransposedCopy.Run(pixels, lanes, lines, width, channels, count);
            for (int i = 0; i < channels; i++)
                ToImages<float, float, TEpilogue>.Store(lines + (i * width), to + (i * plane), count, count, Accumulate, Bias == null
                    ? null
                    : Bias + channel + i, Epilogue);
        }
    }
}
