namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Images in the layout of the transforms: rows of pixels, each a register of channels, with zeros where a row or column lies outside the image.
/// </summary>
internal readonly unsafe struct WinogradPlanes(float* planes, int channels, int height, int width)
{
    /// <summary>
    /// Elements of a pixel of all channels, rounded up to whole registers, and some more, because lines with a power of two of bytes would fall into few sets
    /// of the cache.
    /// </summary>
    public static int Padded(int channels, int lanes) => Rounded(channels, lanes) + lanes;

    /// <summary>Channels rounded up to whole registers.</summary>
    public static int Rounded(int channels, int lanes) => Partition.Count(channels, lanes) * lanes;

    /// <summary>Writes rows of an image for some channels.</summary>
    /// <param name="image">The image.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="lanes">Elements of a pixel; those beyond the channels become zero.</param>
    /// <param name="firstRow">The first row; it may lie outside.</param>
    /// <param name="firstColumn">The first column; it may lie outside.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="pixels">The rows, one after the other.</param>
    public void Read(int image, int channel, int lanes, int firstRow, int firstColumn, int rows, int columns, float* pixels)
    {
        int present = Math.Min(lanes, channels - channel);
        int first = Math.Clamp(-firstColumn, 0, columns), end = Math.Clamp(width - firstColumn, first, columns);
        nint plane = (nint)height * width;
        float* from = planes + ((((nint)image * channels) + channel) * plane);
        if (present < lanes)
            new Span<float>(pixels, rows * columns * lanes).Clear();
        for (int y = firstRow; y < firstRow + rows; y++, pixels += columns * lanes)
        {
            if (y < 0 || y >= height)
            {
                new Span<float>(pixels, columns * lanes).Clear();
                continue;
            }

            new Span<float>(pixels, first * lanes).Clear();
            TransposedCopy.Run(from + ((nint)y * width) + firstColumn + first, plane, pixels + (first * lanes), lanes, end - first, present);
            new Span<float>(pixels + (end * lanes), (columns - end) * lanes).Clear();
        }
    }
}
