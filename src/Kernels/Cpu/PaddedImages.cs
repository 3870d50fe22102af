namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Images with an explicit border of zeros, in the type of the arithmetic. Every tap of a kernel reads at a fixed offset from the position of its output, and
/// no bounds are checked.
/// </summary>
internal readonly unsafe struct PaddedImages
{
    // The number of elements that vectors may read past the last element.
    private const int Slack = 64;

    public readonly int Channels;
    public readonly int Height;
    public readonly int Width;
    private readonly int top;
    private readonly int left;

    /// <summary>Describes images.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows with the border.</param>
    /// <param name="width">Columns with the border.</param>
    /// <param name="top">Rows of zeros above the image; if negative, rows of the image are cut off.</param>
    /// <param name="left">Columns of zeros to its left; if negative, columns are cut off.</param>
    public PaddedImages(int channels, int height, int width, int top, int left)
    {
        Channels = channels;
        Height = height;
        Width = width;
        this.top = top;
        this.left = left;
    }

    /// <summary>Elements of one image.</summary>
    public nint Length => (nint)Channels * Height * Width;

    /// <summary>Elements to allocate for a number of images.</summary>
    public nint LengthOf(int images) => (Length * images) + Slack;

    /// <summary>Writes one image.</summary>
    public void Write<T, U>(T* source, int height, int width, U* destination)
        where T : unmanaged
        where U : unmanaged
    {
        int firstRow = Math.Clamp(top, 0, Height), rowEnd = Math.Clamp(top + height, firstRow, Height);
        int firstColumn = Math.Clamp(left, 0, Width), columnEnd = Math.Clamp(left + width, firstColumn, Width);
        for (int channel = 0; channel < Channels; channel++, source += (nint)height * width, destination += (nint)Height * Width)
        {
            new Span<U>(destination, firstRow * Width).Clear();
            for (int y = firstRow; y < rowEnd; y++)
            {
                U* row = destination + ((nint)y * Width);
                new Span<U>(row, firstColumn).Clear();
                Widening.Load(source + ((nint)(y - top) * width) + (firstColumn - left), 1, row + firstColumn, columnEnd - firstColumn);
                new Span<U>(row + columnEnd, Width - columnEnd).Clear();
            }

            new Span<U>(destination + ((nint)rowEnd * Width), (Height - rowEnd) * Width).Clear();
        }
    }
}
