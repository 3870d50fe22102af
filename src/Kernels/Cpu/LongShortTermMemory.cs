using System.Numerics;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// A layer of long short-term memory, all its time steps: a matrix product and the cells' functions per step. Sequences of a batch are independent, so each
/// thread processes all time steps of its part of the batch and never waits for another.
/// </summary>
internal static unsafe class LongShortTermMemory
{
    // The fewest multiply-adds, over all steps, worth waking another thread for.
    private const long WorthSharing = 300_000;

    // With fewer rows than this, a register tile spends most of its time loading weights.
    private const int FewestRows = 4;

    // Up to this many rows, the weights are read in place, and the arguments stay in cache between their product and the cells' functions.
    private const int RowsAtATime = 48;

    public static void Forward<U>(WorkerPool pool, LstmShape shape, U* projected, U* turnedWeight, U* bias, U* hidden, U* cells, bool startsAtZero, U* gates)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int rows = RowsPerPart(pool, shape);
        if (rows > 0)
            pool.For(Partition.Count(shape.Batch, rows), new ForwardBody<U>(shape, rows, projected, turnedWeight, bias, hidden, cells, startsAtZero, gates));
    }

    public static void Pullback<U>(WorkerPool pool, LstmShape shape, U* weight, U* cells, U* gates, U* dHidden, U* dArguments, U* dFirstHidden, bool needsFirst,
        U* dCell)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int rows = RowsPerPart(pool, shape);
        if (rows > 0)
            pool.For(Partition.Count(shape.Batch, rows),
                new PullbackBody<U>(shape, rows, weight, cells, gates, dHidden, dArguments, dFirstHidden, needsFirst, dCell));
    }

    private static int RowsPerPart(WorkerPool pool, LstmShape shape)
    {
        long work = 4L * shape.Steps * shape.Batch * shape.Width * shape.Width;
        return pool.Threads == 1 || work < WorthSharing ? shape.Batch : Math.Max(FewestRows, Partition.Count(shape.Batch, pool.Threads));
    }

    private readonly struct ForwardBody<U>(LstmShape shape, int perPart, U* projected, U* turnedWeight, U* bias, U* hidden, U* cells, bool startsAtZero,
        U* gates) : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int first = part * perPart, end = Math.Min(shape.Batch, first + perPart);
            for (int step = 0; step < shape.Steps; step++)
            {
                for (int row = first; row < end; row += RowsAtATime)
                    Rows(step, row, Math.Min(RowsAtATime, end - row));
            }
        }

        private void Rows(int step, int first, int rows)
        {
            int width = shape.Width, quad = 4 * width;
            nint state = (nint)shape.Batch * width, at = (step * state) + ((nint)first * width);
            if (step == 0 && startsAtZero)
                new Span<U>(gates + (4 * at), rows * quad).Clear();
            else
                MatrixProduct.OnOneThread(rows, quad, width, hidden + at, width, false, turnedWeight, quad, false, gates + (4 * at), quad, false);
            for (int row = 0; row < rows; row++, at += width)
                LstmCell<U>.Forward(projected + (4 * at), bias, gates + (4 * at), cells + at, cells + at + state, hidden + at + state, width);
        }
    }

    private readonly struct PullbackBody<U>(LstmShape shape, int perPart, U* weight, U* cells, U* gates, U* dHidden, U* dArguments, U* dFirstHidden,
        bool needsFirst, U* dCell) : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int first = part * perPart, rows = Math.Min(perPart, shape.Batch - first), width = shape.Width, quad = 4 * width;
            nint state = (nint)shape.Batch * width, begin = (nint)first * width;
            U* fromLater = dFirstHidden + begin;
            new Span<U>(fromLater, rows * width).Clear();
            for (nint at = begin + ((shape.Steps - 1) * state); at >= 0; at -= state)
            {
                for (int row = 0; row < rows; row++)
                {
                    nint cell = at + ((nint)row * width), inBatch = begin + ((nint)row * width);
                    LstmCell<U>.Pullback(gates + (4 * cell), cells + cell, cells + cell + state, dHidden + cell, dFirstHidden + inBatch, dCell + inBatch,
                        dArguments + (4 * cell), width);
                }

                if (at <= begin && !needsFirst)
                    continue;
                MatrixProduct.OnOneThread(rows, width, quad, dArguments + (4 * at), quad, false, weight, width, false, fromLater, width, false);
                if (!FiniteScan.IsFinite(fromLater, (nint)rows * width))
                    AbsorbingProduct<U>.Run(rows, width, quad, dArguments + (4 * at), quad, false, weight, width, false, CarriedOperand.First, fromLater, width,
                        false);
            }
        }
    }
}
