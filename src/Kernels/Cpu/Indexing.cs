using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Reading and adding at indices. Every destination adds its contributions in the order of the indices, for any number of threads.
/// Indices are checked before anything is written.
/// </summary>
internal static unsafe class Indexing
{
    // The number of elements that one part copies: enough to be worth another thread.
    private const int PartElements = 1 << 15;

    // Wide rows are split into blocks of this many columns: whole cache lines, so no two threads share one.
    private const int ColumnBlock = 128;

    // Narrow tables are split into this many ranges of rows per thread; the number is small because each range scans all indices.
    private const int RangesPerThread = 2;

    /// <summary>Checks that all indices lie in 0 … <paramref name="length"/> − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not; the message names the first, its position and the length.</exception>
    public static void Check(int* indices, nint count, int length)
    {
        nint i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var bound = new Vector<uint>((uint)length);
            for (; i <= count - Vector<uint>.Count; i += Vector<uint>.Count)
            {
                // As unsigned numbers, negative indices are also too large.
                if (Vector.GreaterThanOrEqualAny(Unsafe.ReadUnaligned<Vector<uint>>(indices + i), bound))
                    break;
            }
        }

        for (; i < count; i++)
        {
            if ((uint)indices[i] >= (uint)length)
                throw new ArgumentOutOfRangeException(nameof(indices), indices[i],
                    $"Index {indices[i]} at position {i} is outside an axis of length {length}.");
        }
    }

    /// <summary>Reads rows of a table: output[j, ·] = table[indices[j], ·].</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="table">[rows, inner].</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="inner">Elements of a row.</param>
    /// <param name="indices">[count].</param>
    /// <param name="count">The number of rows to read.</param>
    /// <param name="output">[count, inner].</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the table.</exception>
    public static void GatherRows<T>(WorkerPool pool, T* table, int rows, int inner, int* indices, int count, T* output)
        where T : unmanaged
    {
        Check(indices, count, rows);
        int perPart = Math.Max(1, PartElements / Math.Max(1, inner));
        pool.For((int)(((long)count + perPart - 1) / perPart), new GatherRowsBody<T>(table, inner, indices, count, output, perPart));
    }

    /// <summary>Writes rows of a table: table[indices[j], ·] = x[j, ·].</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="x">[count, inner].</param>
    /// <param name="indices">[count], distinct.</param>
    /// <param name="count">The number of rows to write.</param>
    /// <param name="table">[rows, inner].</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="inner">Elements of a row.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the table.</exception>
    public static void ScatterRows<T>(WorkerPool pool, T* x, int* indices, int count, T* table, int rows, int inner)
        where T : unmanaged
    {
        Check(indices, count, rows);
        int perPart = Math.Max(1, PartElements / Math.Max(1, inner));
        pool.For((int)(((long)count + perPart - 1) / perPart), new ScatterRowsBody<T>(x, inner, indices, count, table, perPart));
    }

    /// <summary>The pullback of <see cref="GatherRows"/>: dTable[indices[j], ·] += dOutput[j, ·], for j in order.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="dOutput">[count, inner].</param>
    /// <param name="indices">[count].</param>
    /// <param name="count">The number of rows that were read.</param>
    /// <param name="dTable">[rows, inner].</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="inner">Elements of a row.</param>
    /// <param name="accumulate">Add to what <paramref name="dTable"/> holds, instead of replacing it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the table.</exception>
    public static void ScatterAddRows<T>(WorkerPool pool, T* dOutput, int* indices, int count, T* dTable, int rows, int inner, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(indices, count, rows);
        int columnBlocks = inner >= 2 * ColumnBlock ? Partition.Count(inner, ColumnBlock) : 1;
        int ranges = columnBlocks > 1 ? 1 : Math.Min(rows, pool.Threads * RangesPerThread);
        pool.For(columnBlocks * ranges, new ScatterAddRowsBody<T>(dOutput, indices, count, dTable, rows, inner, ranges, columnBlocks, accumulate));
    }

    /// <summary>Reads along the middle axis: y[o, j, i] = x[o, indices[o, j, i], i].</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="indices">[outer, k, inner].</param>
    /// <param name="y">[outer, k, inner].</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="length">Size of the axis of x.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <param name="k">Size of the axis of the indices.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the axis.</exception>
    public static void GatherAlong<T>(WorkerPool pool, T* x, int* indices, T* y, int outer, int length, int inner, int k)
        where T : unmanaged
    {
        Check(indices, (nint)outer * k * inner, length);
        var split = new Lanes(outer, k, inner);
        pool.For(split.Parts, new GatherAlongBody<T>(split, x, indices, y, length, inner, k));
    }

    /// <summary>The pullback of <see cref="GatherAlong"/>: dx[o, indices[o, j, i], i] += dy[o, j, i], for j in order.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="dy">[outer, k, inner].</param>
    /// <param name="indices">[outer, k, inner].</param>
    /// <param name="dx">[outer, length, inner].</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="length">Size of the axis of dx.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <param name="k">Size of the axis of the indices.</param>
    /// <param name="accumulate">Add to what <paramref name="dx"/> holds, instead of replacing it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the axis.</exception>
    public static void ScatterAddAlong<T>(WorkerPool pool, T* dy, int* indices, T* dx, int outer, int length, int inner, int k, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(indices, (nint)outer * k * inner, length);
        var split = new Lanes(outer, Math.Max(k, length), inner);
        pool.For(split.Parts, new ScatterAddAlongBody<T>(split, dy, indices, dx, length, inner, k, accumulate));
    }

    private readonly struct GatherRowsBody<T>(T* table, int inner, int* indices, int count, T* output, int perPart) : IParallelBody
        where T : unmanaged
    {
        public void Run(int part)
        {
            int first = part * perPart;
            int end = (int)Math.Min((long)first + perPart, count);
            if (inner == 1)
            {
                for (int j = first; j < end; j++)
                    output[j] = table[indices[j]];
                return;
            }

            for (int j = first; j < end; j++)
                new ReadOnlySpan<T>(table + ((nint)indices[j] * inner), inner).CopyTo(new Span<T>(output + ((nint)j * inner), inner));
        }
    }

    private readonly struct ScatterRowsBody<T>(T* x, int inner, int* indices, int count, T* table, int perPart) : IParallelBody
        where T : unmanaged
    {
        public void Run(int part)
        {
            int first = part * perPart, end = (int)Math.Min((long)first + perPart, count);
            for (int j = first; j < end; j++)
                new ReadOnlySpan<T>(x + ((nint)j * inner), inner).CopyTo(new Span<T>(table + ((nint)indices[j] * inner), inner));
        }
    }

    private readonly struct ScatterAddRowsBody<T>(T* dOutput, int* indices, int count, T* dTable, int rows, int inner, int ranges, int columnBlocks,
        bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            int range = part / columnBlocks;
            int firstRow = (int)((long)rows * range / ranges);
            int endRow = (int)((long)rows * (range + 1) / ranges);
            int firstColumn = columnBlocks == 1 ? 0 : part % columnBlocks * ColumnBlock;
            int columns = columnBlocks == 1 ? inner : Math.Min(ColumnBlock, inner - firstColumn);
            if (!accumulate)
            {
                for (int row = firstRow; row < endRow; row++)
                    new Span<T>(dTable + ((nint)row * inner) + firstColumn, columns).Clear();
            }

            for (int j = 0; j < count; j++)
            {
                int row = indices[j];
                if (row < firstRow || row >= endRow)
                    continue;
                T* target = dTable + ((nint)row * inner) + firstColumn;
                T* source = dOutput + ((nint)j * inner) + firstColumn;
                if (columns == 1)
                {
                    *target += *source;
                    continue;
                }

                var sum = new Span<T>(target, columns);
                TensorPrimitives.Add(sum, new ReadOnlySpan<T>(source, columns), sum);
            }
        }
    }

    private readonly struct GatherAlongBody<T>(Lanes split, T* x, int* indices, T* y, int length, int inner, int k) : IParallelBody
        where T : unmanaged
    {
        public void Run(int part)
        {
            foreach ((nint o, int first, int count, _) in split.Runs(part))
            {
                T* source = x + (o * length * inner) + first;
                for (int j = 0; j < k; j++)
                {
                    nint line = (((o * k) + j) * inner) + first;
                    for (int i = 0; i < count; i++)
                        y[line + i] = source[((nint)indices[line + i] * inner) + i];
                }
            }
        }
    }

    private readonly struct ScatterAddAlongBody<T>(Lanes split, T* dy, int* indices, T* dx, int length, int inner, int k, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            foreach ((nint o, int first, int count, _) in split.Runs(part))
            {
                T* target = dx + (o * length * inner) + first;
                if (!accumulate)
                {
                    for (int l = 0; l < length; l++)
                        new Span<T>(target + ((nint)l * inner), count).Clear();
                }

                for (int j = 0; j < k; j++)
                {
                    nint line = (((o * k) + j) * inner) + first;
                    for (int i = 0; i < count; i++)
                        target[((nint)indices[line + i] * inner) + i] += dy[line + i];
                }
            }
        }
    }
}
