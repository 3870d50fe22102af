using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The im2col matrix, written panel by panel and never as a whole: its columns are the output positions of one or several images, and its rows, k, are the
/// taps.
/// </summary>
internal readonly unsafe struct PositionPanels<U>(U* images, nint imageLength, int imageWidth, int outputHeight, int outputWidth, int strideHeight,
    int strideWidth, int* tapOffsets) : IPanelSource<U>
    where U : unmanaged
{
    private const int MaximumCheckpoints = 64;


    public bool ReadsInPlace => false;

    public U* InPlace(int first, int firstK, out nint stride) => throw new NotSupportedException();

    [SkipLocalsInit]
    public void Pack(int first, int width, int panelWidth, int firstK, int k, U* panel)
    {
        // A panel covers pieces of one or several output rows, which may belong to several images.
        nint* offsets = stackalloc nint[MaximumCheckpoints];
        int* lengths = stackalloc int[MaximumCheckpoints];
        int segments = 0;
        for (int done = 0; done < width; segments++)
        {
            int row = (first + done) / outputWidth, x = (first + done) % outputWidth;
            int length = Math.Min(width - done, outputWidth - x);
            offsets[segments] = (row / outputHeight * imageLength) + ((nint)(row % outputHeight) * strideHeight * imageWidth) + (x * strideWidth);
            lengths[segments] = length;
            done += length;
        }

        for (int p = 0; p < k; p++, panel += panelWidth)
        {
            U* taps = images + tapOffsets[firstK + p];
            U* to = panel;
            if (strideWidth > 1)
            {
                for (int s = 0; s < segments; s++)
                {
                    U* from = taps + offsets[s];
                    for (int i = 0; i < lengths[s]; i++)
                        to[i] = from[i * strideWidth];
                    to += lengths[s];
                }
            }
            else if (p < k - 1)
            {
                // Writes whole vectors; the surplus is overwritten by the next segment or the next k.
                for (int s = 0; s < segments; s++)
                {
                    U* from = taps + offsets[s];
                    for (int i = 0; i < lengths[s]; i += Vector256<U>.Count)
                        Vector256.Load(from + i).Store(to + i);
                    to += lengths[s];
                }
            }
            else
            {
                for (int s = 0; s < segments; s++)
                {
                    Unsafe.CopyBlockUnaligned(to, taps + offsets[s], (uint)(lengths[s] * sizeof(U)));
                    to += lengths[s];
                }
            }

            if (width < panelWidth)
                new Span<U>(panel + width, panelWidth - width).Clear();
        }
    }
}

/// <summary>The same matrix transposed, over several images: its columns are the taps, and k runs over images and positions.</summary>
internal readonly unsafe struct TapPanels<U>(U* images, nint imageLength, int imageWidth, int outputHeight, int outputWidth, int strideHeight, int strideWidth,
    int* tapOffsets) : IPanelSource<U>
    where U : unmanaged
{
    public bool ReadsInPlace => false;

    public U* InPlace(int first, int firstK, out nint stride) => throw new NotSupportedException();

    public void Pack(int first, int width, int panelWidth, int firstK, int k, U* panel)
    {
        int* taps = tapOffsets + first;
        for (int done = 0; done < k;)
        {
            int row = (firstK + done) / outputWidth, x = (firstK + done) % outputWidth;
            int length = Math.Min(k - done, outputWidth - x);
            U* from = images + (row / outputHeight * imageLength) + ((nint)(row % outputHeight) * strideHeight * imageWidth) + (x * strideWidth);
            U* to = panel + ((nint)done * panelWidth);
            int i = 0;
            if (strideWidth == 1)
            {
                // Rounded up to whole vectors if the next piece overwrites the surplus.
                int rounded = (length + 7) & ~7;
                rounded = done + rounded <= k ? rounded : length;
                for (; i <= width - 4; i += 4)
                    PanelPacking.FourRows(from + taps[i], from + taps[i + 1], from + taps[i + 2], from + taps[i + 3], panelWidth, rounded, to + i);
            }

            for (; i < width; i++)
            {
                U* tap = from + taps[i];
                for (int p = 0; p < length; p++)
                    to[((nint)p * panelWidth) + i] = tap[p * strideWidth];
            }

            if (width < panelWidth)
            {
                for (int p = 0; p < length; p++)
                    new Span<U>(to + ((nint)p * panelWidth) + width, panelWidth - width).Clear();
            }

            done += length;
        }
    }
}

/// <summary>Gradients of several images: rows are output channels, and k runs over images and positions.</summary>
internal readonly unsafe struct ChannelPanels<T, U>(T* gradients, nint imageLength, int positions) : IPanelSource<U>
    where T : unmanaged
    where U : unmanaged
{
    public bool ReadsInPlace => false;

    public U* InPlace(int first, int firstK, out nint stride) => throw new NotSupportedException();

    public void Pack(int first, int width, int panelWidth, int firstK, int k, U* panel)
    {
        for (int done = 0; done < k;)
        {
            int image = (firstK + done) / positions, position = (firstK + done) % positions;
            int length = Math.Min(k - done, positions - position);
            PanelPacking.Transpose(gradients + (image * imageLength) + ((nint)first * positions) + position, positions, width, panelWidth, length,
                panel + ((nint)done * panelWidth));
            done += length;
        }
    }
}
