using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Counts ties without marking them, in one pass. Counts are integers, so the order in which threads add them does not matter. NaN equals nothing.
/// </summary>
internal static unsafe class TieCounts
{
    /// <summary>Counts the elements of sorted rows that equal a neighbour.</summary>
    public static long Sorted<T>(WorkerPool pool, T* sorted, int rows, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long total = 0;
        var split = new Lanes(rows, length, 1);
        pool.For(split.Parts, new SortedBody<T>(split, sorted, length, &total));
        return total;
    }

    /// <summary>Counts the adjacent 2 × 2 windows without padding that contain their largest element more than once.</summary>
    public static long PairedWindows<T>(WorkerPool pool, in PoolingShape shape, T* x, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long total = 0;
        var split = new Lanes(shape.Planes, shape.Height.Input * shape.Width.Input, 1);
        pool.For(split.Parts, new PairedBody<T>(split, shape, x, y, &total));
        return total;
    }

    /// <summary>Whether <see cref="PairedWindows"/> supports these windows.</summary>
    public static bool IsPaired(in PoolingShape shape) =>
        shape.Depth == PoolingAxis.Single && IsPaired(shape.Height) && IsPaired(shape.Width);

    private static bool IsPaired(in PoolingAxis axis) =>
        axis is { Kernel: 2, Stride: 2, Padding: 0, Dilation: 1, RoundsUp: false, IsAdaptive: false };

    private readonly struct SortedBody<T>(Lanes split, T* sorted, int length, long* total) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            (long first, long end) = split.Range(part);
            long count = 0;
            for (long row = first; row < end; row++)
                count += Row(sorted + ((nint)row * length));
            Interlocked.Add(ref *total, count);
        }

        private long Row(T* row)
        {
            if (length < 2)
                return 0;
            long count = (row[0] == row[1] ? 1 : 0) + (row[length - 1] == row[length - 2] ? 1 : 0);
            int i = 1;
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
            {
                int lanes = Vector256<T>.Count;
                for (; i <= length - 1 - lanes; i += lanes)
                {
                    Vector256<T> here = Vector256.Load(row + i);
                    count += BitOperations.PopCount(
                        (Vector256.Equals(here, Vector256.Load(row + i - 1)) | Vector256.Equals(here,
                            Vector256.Load(row + i + 1))).ExtractMostSignificantBits());
                }
            }

            for (; i < length - 1; i++)
            {
                if (row[i] == row[i - 1] || row[i] == row[i + 1])
                    count++;
            }

            return count;
        }
    }

    private readonly struct PairedBody<T>(Lanes split, PoolingShape shape, T* x, T* y, long* total) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            (long first, long end) = split.Range(part);
            long count = 0;
            for (long plane = first; plane < end; plane++)
            {
                T* upper = x + ((nint)plane * shape.Height.Input * shape.Width.Input), maxima = y + ((nint)plane * shape.Height.Output * shape.Width.Output);
                for (int row = 0; row < shape.Height.Output; row++, upper += (nint)2 * shape.Width.Input, maxima += shape.Width.Output)
                    count += Row(upper, maxima);
            }

            Interlocked.Add(ref *total, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private long Row(T* upper, T* maxima)
        {
            T* lower = upper + shape.Width.Input;
            long count = 0;
            int column = 0, width = shape.Width.Output;
            if (typeof(T) == typeof(float) && width >= 4)
            {
                // Four windows per iteration; the last iteration reads some counted windows again and ignores them.
                for (; column <= width - 4; column += 4)
                    count += BitOperations.PopCount(FourWindows((float*)upper, (float*)lower, (float*)maxima, column));
                if (column < width)
                    count += BitOperations.PopCount(FourWindows((float*)upper, (float*)lower, (float*)maxima, width - 4) >> (2 * (column - (width - 4))));
                return count;
            }

            for (; column < shape.Width.Output; column++)
            {
                T largest = maxima[column];
                int equal = (upper[2 * column] == largest ? 1 : 0) + (upper[(2 * column) + 1] == largest ? 1 : 0) + (lower[2 * column] == largest
                    ? 1
                    : 0) + (lower[(2 * column) + 1] == largest ? 1 : 0);
                count += equal > 1 ? 1 : 0;
            }

            return count;
        }

        // Bit 2k of the result is set if window k is tied; bits 2k and 2k + 1 of a row's comparison stand for the window's two elements in that row.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint FourWindows(float* upper, float* lower, float* maxima, int column)
        {
            Vector128<float> four = Vector128.Load(maxima + column);
            Vector256<float> largest = Vector256.Shuffle(Vector256.Create(four, four), Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3));
            uint above = Vector256.Equals(Vector256.Load(upper + (2 * column)), largest).ExtractMostSignificantBits();
            uint below = Vector256.Equals(Vector256.Load(lower + (2 * column)), largest).ExtractMostSignificantBits();
            return ((above & (above >> 1)) | (below & (below >> 1)) | ((above | (above >> 1)) & (below | (below >> 1)))) & 0x55;
        }
    }
}
