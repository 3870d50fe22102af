using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Running sums along the middle axis of [outer, length, inner] arrays, each in the order of the axis. Along a last axis several rows are walked side by side, since one alone waits for every
/// addition; along any other, neighbouring columns are lanes of a vector. Threads share rows and columns, never a sum.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="U">The type summed in: float for Half, else T.</typeparam>
internal static unsafe class CumulativeSums<T, U>
    where T : unmanaged
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    private const int RowsAtATime = 8;
    private const int ColumnsAtATime = 256;

    // Elements that make a part worth handing to another thread.
    private const int ElementsPerPart = 1 << 15;

    public static void Run(WorkerPool pool, T* x, T* y, int outer, int length, int inner, bool reverse, bool accumulate)
    {
        if (inner == 1)
        {
            int rows = Math.Max(1, ElementsPerPart / length / RowsAtATime) * RowsAtATime;
            pool.For((outer + rows - 1) / rows, new RowsBody(x, y, outer, length, rows, reverse, accumulate));
            return;
        }

        int blocks = (inner + ColumnsAtATime - 1) / ColumnsAtATime;
        int perPart = Math.Max(1, ElementsPerPart / Math.Max(1, length * Math.Min(inner, ColumnsAtATime)));
        pool.For((int)((((long)outer * blocks) + perPart - 1) / perPart), new ColumnsBody(x, y, outer, length, inner, blocks, perPart, reverse, accumulate));
    }

    private readonly struct RowsBody(T* x, T* y, int rows, int length, int perPart, bool reverse, bool accumulate) : IParallelBody
    {
        private readonly T* x = x;
        private readonly T* y = y;
        private readonly int rows = rows;
        private readonly int length = length;
        private readonly int perPart = perPart;
        private readonly bool reverse = reverse;
        private readonly bool accumulate = accumulate;

        public void Run(int part)
        {
            int end = Math.Min(rows, (part + 1) * perPart);
            for (int row = part * perPart; row < end; row += RowsAtATime)
                Rows(row, Math.Min(RowsAtATime, end - row));
        }

        [SkipLocalsInit]
        private void Rows(int first, int count)
        {
            T* from = x + ((nint)first * length), to = y + ((nint)first * length);
            if (typeof(T) == typeof(U))
            {
                U* sums = stackalloc U[RowsAtATime];
                new Span<U>(sums, RowsAtATime).Clear();
                Walk((U*)from, (U*)to, length, count, length, sums, reverse, accumulate);
                return;
            }

            Staged(from, to, count);
        }

        // One row at a time through buffers of the summing type; the sum goes on from chunk to chunk.
        [SkipLocalsInit]
        private void Staged(T* from, T* to, int count)
        {
            U* buffer = stackalloc U[2 * Widening.ChunkLength];
            U* results = buffer + Widening.ChunkLength;
            for (int row = 0; row < count; row++, from += length, to += length)
            {
                U sum = U.Zero;
                for (int done = 0; done < length; done += Widening.ChunkLength)
                {
                    int n = Math.Min(Widening.ChunkLength, length - done);
                    int start = reverse ? length - done - n : done;
                    Widening.Load(from + start, 1, buffer, n);
                    if (accumulate)
                        Widening.Load(to + start, 1, results, n);
                    Walk(buffer, results, 0, 1, n, &sum, reverse, accumulate);
                    Widening.Store(results, to + start, 1, n);
                }
            }
        }
    }

    private readonly struct ColumnsBody(T* x, T* y, int outer, int length, int inner, int blocks, int perPart, bool reverse, bool accumulate) : IParallelBody
    {
        private readonly T* x = x;
        private readonly T* y = y;
        private readonly int outer = outer;
        private readonly int length = length;
        private readonly int inner = inner;
        private readonly int blocks = blocks;
        private readonly int perPart = perPart;
        private readonly bool reverse = reverse;
        private readonly bool accumulate = accumulate;

        public void Run(int part)
        {
            int end = (int)Math.Min((long)outer * blocks, ((long)part + 1) * perPart);
            for (int block = part * perPart; block < end; block++)
                Columns(block / blocks, block % blocks * ColumnsAtATime);
        }

        [SkipLocalsInit]
        private void Columns(int place, int firstColumn)
        {
            int columns = Math.Min(ColumnsAtATime, inner - firstColumn);
            U* sums = stackalloc U[3 * ColumnsAtATime];
            U* terms = sums + ColumnsAtATime, results = terms + ColumnsAtATime;
            new Span<U>(sums, columns).Clear();
            nint at = ((nint)place * length * inner) + firstColumn + (reverse ? (nint)(length - 1) * inner : 0), step = reverse ? -inner : inner;
            for (int j = 0; j < length; j++, at += step)
            {
                if (typeof(T) == typeof(U))
                {
                    AddRow((U*)x + at, sums, (U*)y + at, columns, accumulate);
                    continue;
                }

                Widening.Load(x + at, 1, terms, columns);
                if (accumulate)
                    Widening.Load(y + at, 1, results, columns);
                AddRow(terms, sums, results, columns, accumulate);
                Widening.Store(results, y + at, 1, columns);
            }
        }
    }

    // Rows of one length, a stride apart, each with the sum that it goes on from.
    private static void Walk(U* x, U* y, nint stride, int rows, int length, U* sums, bool reverse, bool accumulate)
    {
        nint step = reverse ? -1 : 1;
        U* from = reverse ? x + length - 1 : x;
        U* to = reverse ? y + length - 1 : y;
        if (rows == RowsAtATime)
        {
            EightRows(from, to, stride, length, step, accumulate);
            return;
        }

        for (int row = 0; row < rows; row++, from += stride, to += stride)
        {
            U sum = sums[row];
            for (nint j = 0, at = 0; j < length; j++, at += step)
            {
                sum += from[at];
                to[at] = accumulate ? to[at] + sum : sum;
            }

            sums[row] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EightRows(U* x, U* y, nint stride, int length, nint step, bool accumulate)
    {
        U s0 = U.Zero, s1 = U.Zero, s2 = U.Zero, s3 = U.Zero, s4 = U.Zero, s5 = U.Zero, s6 = U.Zero, s7 = U.Zero;
        U* x4 = x + (4 * stride), y4 = y + (4 * stride);
        if (accumulate)
        {
            for (nint j = 0; j < length; j++, x += step, y += step, x4 += step, y4 += step)
            {
                y[0] += s0 += x[0];
                y[stride] += s1 += x[stride];
                y[2 * stride] += s2 += x[2 * stride];
                y[3 * stride] += s3 += x[3 * stride];
                y4[0] += s4 += x4[0];
                y4[stride] += s5 += x4[stride];
                y4[2 * stride] += s6 += x4[2 * stride];
                y4[3 * stride] += s7 += x4[3 * stride];
            }

            return;
        }

        for (nint j = 0; j < length; j++, x += step, y += step, x4 += step, y4 += step)
        {
            y[0] = s0 += x[0];
            y[stride] = s1 += x[stride];
            y[2 * stride] = s2 += x[2 * stride];
            y[3 * stride] = s3 += x[3 * stride];
            y4[0] = s4 += x4[0];
            y4[stride] = s5 += x4[stride];
            y4[2 * stride] = s6 += x4[2 * stride];
            y4[3 * stride] = s7 += x4[3 * stride];
        }
    }

    // sums += x; y = sums, or y += sums.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddRow(U* x, U* sums, U* y, int columns, bool accumulate)
    {
        int i = 0;
        if (accumulate)
        {
            for (; i <= columns - Vector<U>.Count; i += Vector<U>.Count)
            {
                Vector<U> sum = Vector.Load(sums + i) + Vector.Load(x + i);
                Vector.Store(sum, sums + i);
                Vector.Store(Vector.Load(y + i) + sum, y + i);
            }
        }
        else
        {
            for (; i <= columns - Vector<U>.Count; i += Vector<U>.Count)
            {
                Vector<U> sum = Vector.Load(sums + i) + Vector.Load(x + i);
                Vector.Store(sum, sums + i);
                Vector.Store(sum, y + i);
            }
        }

        for (; i < columns; i++)
        {
            sums[i] += x[i];
            y[i] = accumulate ? y[i] + sums[i] : sums[i];
        }
    }
}
