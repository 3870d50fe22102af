using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Scans along the middle axis of [outer, length, inner] arrays, one element after another, in vectors of doubles. Along the last axis several rows are
/// processed together, because each step of a single row waits for the previous one. Along any other axis, neighbouring columns are the lanes of a vector. Work
/// is divided among threads by rows and columns, never within one.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="U">The type of the staging buffers: float for Half, otherwise T.</typeparam>
/// <typeparam name="TScan">The scan.</typeparam>
internal static unsafe class ScanLoop<T, U, TScan>
    where T : unmanaged
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
    where TScan : struct, IScan
{
    private const int ColumnsAtATime = 256;

    // The fewest elements for which a part is worth another thread.
    private const int ElementsPerPart = 1 << 15;

    // Two vectors at a time, so that the steps of one overlap those of the other.
    private static int LanesAtATime => 2 * Vector<double>.Count;

    public static void Run(WorkerPool pool, TScan scan, in ScanArrays<T> arrays, in ScanShape shape)
    {
        if (shape.Inner == 1)
        {
            int rows = Math.Max(1, ElementsPerPart / shape.Length / LanesAtATime) * LanesAtATime;
            pool.For(Partition.Count(shape.Outer, rows), new RowsBody(scan, arrays, shape, rows));
            return;
        }

        int blocks = Partition.Count(shape.Inner, ColumnsAtATime);
        int perPart = Math.Max(1, ElementsPerPart / Math.Max(1, shape.Length * Math.Min(shape.Inner, ColumnsAtATime)));
        pool.For((int)((((long)shape.Outer * blocks) + perPart - 1) / perPart), new ColumnsBody(scan, arrays, shape, blocks, perPart));
    }

    private readonly struct RowsBody(TScan scan, ScanArrays<T> arrays, ScanShape shape, int perPart) : IParallelBody
    {
        public void Run(int part)
        {
            int end = Partition.End(part, perPart, shape.Outer), row = part * perPart;
            if (typeof(T) == typeof(U))
            {
                for (; row <= end - LanesAtATime; row += LanesAtATime)
                    ScanSteps<U, TScan>.Several(scan, FirstOf(row).As<U>(), shape.Length, Direction, shape.Length, shape.IsReverse ? shape.Length - 1 : 0);
            }

            for (; row < end; row++)
            {
                ScanState<VectorLane<double>> state = scan.Identity<VectorLane<double>>();
                if (typeof(T) == typeof(U))
                    ScanSteps<U, TScan>.One(scan, FirstOf(row).As<U>(), Direction, shape.Length, shape.IsReverse ? shape.Length - 1 : 0, Direction, ref state);
                else
                    Staged(arrays.From((nint)row * shape.Length), ref state);
            }
        }

        private int Direction => shape.IsReverse ? -1 : 1;

        // The first element of a row in the scan's direction.
        private ScanArrays<T> FirstOf(int row) => arrays.From(((nint)row * shape.Length) + (shape.IsReverse ? shape.Length - 1 : 0));

        // Scans through buffers of the wider type, and carries the state from chunk to chunk.
        [SkipLocalsInit]
        private void Staged(ScanArrays<T> row, ref ScanState<VectorLane<double>> state)
        {
            U* x = stackalloc U[3 * Widening.ChunkLength];
            U* companions = x + Widening.ChunkLength, results = companions + Widening.ChunkLength;
            for (int done = 0; done < shape.Length; done += Widening.ChunkLength)
            {
                int n = Math.Min(Widening.ChunkLength, shape.Length - done), start = shape.IsReverse ? shape.Length - done - n : done;
                Widening.Load(row.X + start, 1, x, n);
                if (TScan.ReadsCompanion)
                    Widening.Load(row.Companions + start, 1, companions, n);
                if (row.Y != null && row.Accumulate)
                    Widening.Load(row.Y + start, 1, results, n);
                int first = shape.IsReverse ? n - 1 : 0;
                ScanArrays<U> chunk = new(x, companions, row.Y == null ? null : results, row.Positions == null ? null : row.Positions + start, row.Accumulate);
                ScanSteps<U, TScan>.One(scan, chunk.From(first), Direction, n, start + first, Direction, ref state);
                if (row.Y != null)
                    Widening.Store(results, row.Y + start, 1, n);
            }
        }
    }

    private readonly struct ColumnsBody(TScan scan, ScanArrays<T> arrays, ScanShape shape, int blocks, int perPart) : IParallelBody
    {
        public void Run(int part)
        {
            int end = (int)Math.Min((long)shape.Outer * blocks, ((long)part + 1) * perPart);
            for (int block = part * perPart; block < end; block++)
            {
                int firstColumn = block % blocks * ColumnsAtATime;
                nint first = ((nint)(block / blocks) * shape.Length * shape.Inner) + firstColumn + (shape.IsReverse
                    ? (nint)(shape.Length - 1) * shape.Inner
                    : 0);
                Columns(arrays.From(first), Math.Min(ColumnsAtATime, shape.Inner - firstColumn));
            }
        }

        [SkipLocalsInit]
        private void Columns(ScanArrays<T> first, int columns)
        {
            // Staged columns are padded to whole vectors; otherwise the remaining columns are processed one by one.
            bool isStaged = typeof(T) != typeof(U);
            int whole = (isStaged ? columns + LanesAtATime - 1 : columns) / LanesAtATime * LanesAtATime;
            int direction = shape.IsReverse ? -1 : 1, start = shape.IsReverse ? shape.Length - 1 : 0;
            nint step = direction * (nint)shape.Inner;
            for (int column = whole; column < columns; column++)
            {
                ScanState<VectorLane<double>> state = scan.Identity<VectorLane<double>>();
                ScanSteps<U, TScan>.One(scan, first.From(column).As<U>(), step, shape.Length, start, direction, ref state);
            }

            if (whole == 0)
                return;
            double* states = stackalloc double[ScanSteps<U, TScan>.StateNumbers * whole];
            ScanSteps<U, TScan>.Begin(scan, states, whole);
            if (isStaged)
                StagedRows(first, columns, whole, step, start, direction, states);
            else
                ScanSteps<U, TScan>.Columns(scan, first.As<U>(), step, shape.Length, start, direction, states, whole);
        }

        [SkipLocalsInit]
        private void StagedRows(ScanArrays<T> first, int columns, int whole, nint step, int start, int direction, double* states)
        {
            U* x = stackalloc U[3 * ColumnsAtATime];
            U* companions = x + ColumnsAtATime, results = companions + ColumnsAtATime;
            int* positions = stackalloc int[ColumnsAtATime];
            new Span<U>(x, 3 * ColumnsAtATime).Clear();
            ScanArrays<U> row = new(x, companions, first.Y == null ? null : results, first.Positions == null ? null : positions, first.Accumulate);
            for (int j = 0; j < shape.Length; j++, first = first.From(step), start += direction)
            {
                Widening.Load(first.X, 1, x, columns);
                if (TScan.ReadsCompanion)
                    Widening.Load(first.Companions, 1, companions, columns);
                if (first.Y != null && first.Accumulate)
                    Widening.Load(first.Y, 1, results, columns);
                ScanSteps<U, TScan>.Columns(scan, row, 0, 1, start, 0, states, whole);
                if (first.Y != null)
                    Widening.Store(results, first.Y, 1, columns);
                if (first.Positions != null)
                    Unsafe.CopyBlockUnaligned(first.Positions, positions, (uint)(columns * sizeof(int)));
            }
        }
    }
}
