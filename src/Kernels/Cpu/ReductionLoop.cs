using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Reduces axes in an order that depends only on the shape. If the innermost axis is reduced, a run is summed in four vectors; if it is kept, rows are added
/// one after another. A single result over very many elements is computed by a two-level tree over blocks of a fixed length.
/// </summary>
internal static unsafe class ReductionLoop
{
    private const int BlockLength = 1 << 14;
    private const int ElementsWorthSharing = 1 << 15;

    /// <summary>Reduces x over every axis in which the destination, aligned at the last axis, has extent 1 or no axis.</summary>
    public static void Run<T, TReduction>(WorkerPool pool, in NDArray<T> x, in NDArray<T> destination, bool accumulate)
        where T : unmanaged
        where TReduction : struct, IReduction
    {
        ArgumentChecks.Reduction(x.Shape, destination.Shape);
        Axes axes = default;
        int lead = x.Shape.Rank - destination.Shape.Rank;
        int keptCount = 1;
        int reducedCount = 1;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            int extent = x.Shape[axis];
            int target = axis < lead ? 1 : destination.Shape[axis - lead];
            bool kept = target != 1 || extent == 1;
            if (extent == 1)
                continue;
            if (kept)
            {
                axes.AddKept(extent, x.Stride(axis), destination.Stride(axis - lead));
                keptCount *= extent;
            }
            else
            {
                axes.AddReduced(extent, x.Stride(axis));
                reducedCount *= extent;
            }
        }

        if (keptCount == 0)
            return;
        axes.InnerIsKept = axes.KeptRank > 0 && (axes.ReducedRank == 0 || axes.KeptStride(axes.KeptRank - 1) < axes.ReducedStride(axes.ReducedRank - 1));
        ReductionJob<T, TReduction> job = new()
        {
            Axes = axes,
            Source = MapLoop.Pointer(x),
            Destination = MapLoop.Pointer(destination),
            Accumulate = accumulate,
            KeptCount = keptCount,
            ReducedCount = reducedCount,
        };
        long total = (long)keptCount * reducedCount;
        if (keptCount == 1 && reducedCount > BlockLength && axes.ReducedRank == 1)
        {
            job.RunBlocks(pool);
            return;
        }

        int unit = axes.InnerIsKept ? axes.KeptExtent(axes.KeptRank - 1) : 1;
        int units = keptCount / unit;
        if (total < ElementsWorthSharing || pool.Threads == 1)
        {
            job.SplitInner = false;
            job.PartLength = units;
            job.Run(0);
            return;
        }

        int parts = pool.Threads * 4;
        job.SplitInner = axes.InnerIsKept && units < parts;
        int extentToSplit = job.SplitInner ? unit : units;
        job.PartLength = Partition.Length(extentToSplit, parts, job.SplitInner ? 64 : 1);
        pool.For(Partition.Count(extentToSplit, job.PartLength), job);
    }

    private struct Axes
    {
        public int KeptRank;
        public int ReducedRank;
        public bool InnerIsKept;
        private AxisValues keptExtents;
        private AxisValues keptStrides;
        private AxisValues keptTargets;
        private AxisValues reducedExtents;
        private AxisValues reducedStrides;

        public readonly int KeptExtent(int axis) => keptExtents[axis];

        public readonly int KeptStride(int axis) => keptStrides[axis];

        public readonly int KeptTarget(int axis) => keptTargets[axis];

        public readonly int ReducedExtent(int axis) => reducedExtents[axis];

        public readonly int ReducedStride(int axis) => reducedStrides[axis];

        public void AddKept(int extent, int stride, int target)
        {
            if (KeptRank > 0 && keptStrides[KeptRank - 1] == stride * extent && keptTargets[KeptRank - 1] == target * extent)
            {
                keptExtents[KeptRank - 1] *= extent;
                keptStrides[KeptRank - 1] = stride;
                keptTargets[KeptRank - 1] = target;
                return;
            }

            keptExtents[KeptRank] = extent;
            keptStrides[KeptRank] = stride;
            keptTargets[KeptRank++] = target;
        }

        public void AddReduced(int extent, int stride)
        {
            if (ReducedRank > 0 && reducedStrides[ReducedRank - 1] == stride * extent)
            {
                reducedExtents[ReducedRank - 1] *= extent;
                reducedStrides[ReducedRank - 1] = stride;
                return;
            }

            reducedExtents[ReducedRank] = extent;
            reducedStrides[ReducedRank++] = stride;
        }

        /// <summary>The offsets of one kept index in source and destination, over the first <paramref name="rank"/> kept axes.</summary>
        public readonly void Kept(int index, int rank, out nint source, out nint target)
        {
            source = 0;
            target = 0;
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                (index, int position) = Math.DivRem(index, keptExtents[axis]);
                source += (nint)position * keptStrides[axis];
                target += (nint)position * keptTargets[axis];
            }
        }

        /// <summary>The offset of one reduced index in the source, over the first <paramref name="rank"/> reduced axes.</summary>
        public readonly nint Reduced(int index, int rank)
        {
            nint source = 0;
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                (index, int position) = Math.DivRem(index, reducedExtents[axis]);
                source += (nint)position * reducedStrides[axis];
            }

            return source;
        }
    }

    private struct ReductionJob<T, TReduction> : IParallelBody
        where T : unmanaged
        where TReduction : struct, IReduction
    {
        public Axes Axes;
        public T* Source;
        public T* Destination;
        public bool Accumulate;
        public bool SplitInner;
        public int PartLength;
        public int KeptCount;
        public int ReducedCount;

        public readonly void Run(int part)
        {
            if (typeof(T) == typeof(double))
                RunIn<double>(part);
            else
                RunIn<float>(part);
        }

        public readonly void RunBlocks(WorkerPool pool)
        {
            if (typeof(T) == typeof(double))
                RunBlocksIn<double>(pool);
            else
                RunBlocksIn<float>(pool);
        }

        private readonly void RunBlocksIn<U>(WorkerPool pool)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            int blocks = Partition.Count(ReducedCount, BlockLength);
            // Native memory, because a block count too large for the stack is too rare to keep a buffer for it.
            U* partials = (U*)NativeMemory.Alloc((nuint)blocks, (nuint)sizeof(U));
            BlockJob<T, U, TReduction> job = new() { Source = Source, Stride = Axes.ReducedStride(0), Length = ReducedCount, Partials = partials };
            pool.For(blocks, job);
            U total = ReduceRun<U, U, TReduction>(partials, 1, blocks, TReduction.Identity<VectorLane<U>>().Value[0], mapped: true);
            Finish(total, Destination);
            NativeMemory.Free(partials);
        }

        private readonly void RunIn<U>(int part)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            if (!Axes.InnerIsKept)
            {
                int innerLength = Axes.ReducedRank == 0 ? 1 : Axes.ReducedExtent(Axes.ReducedRank - 1);
                int innerStride = Axes.ReducedRank == 0 ? 1 : Axes.ReducedStride(Axes.ReducedRank - 1);
                int runs = innerLength == 0 ? 0 : ReducedCount / innerLength;
                int end = Partition.End(part, PartLength, KeptCount);
                for (int kept = part * PartLength; kept < end; kept++)
                {
                    Axes.Kept(kept, Axes.KeptRank, out nint source, out nint target);
                    U total = TReduction.Identity<VectorLane<U>>().Value[0];
                    for (int run = 0; run < runs; run++)
                        total = ReduceRun<T, U, TReduction>(Source + source + Axes.Reduced(run, Axes.ReducedRank - 1), innerStride, innerLength, total,
                            mapped: false);
                    Finish(total, Destination + target);
                }

                return;
            }

            int width = Axes.KeptExtent(Axes.KeptRank - 1);
            int units = KeptCount / width;
            int firstUnit = SplitInner ? 0 : part * PartLength;
            int lastUnit = SplitInner ? units : Math.Min(units, firstUnit + PartLength);
            int firstColumn = SplitInner ? part * PartLength : 0;
            int lastColumn = SplitInner ? Math.Min(width, firstColumn + PartLength) : width;
            for (int unit = firstUnit; unit < lastUnit; unit++)
            {
                Axes.Kept(unit, Axes.KeptRank - 1, out nint source, out nint target);
                Columns<U>(Source + source, Destination + target, firstColumn, lastColumn);
            }
        }

        [SkipLocalsInit]
        private readonly void Columns<U>(T* source, T* target, int firstColumn, int lastColumn)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            int stride = Axes.KeptStride(Axes.KeptRank - 1);
            int targetStride = Axes.KeptTarget(Axes.KeptRank - 1);
            U* totals = stackalloc U[Widening.ChunkLength];
            U* row = stackalloc U[Widening.ChunkLength];
            int lanes = Vector<U>.Count;
            for (int column = firstColumn; column < lastColumn; column += Widening.ChunkLength)
            {
                int n = Math.Min(Widening.ChunkLength, lastColumn - column);
                new Span<U>(totals, Widening.ChunkLength).Fill(TReduction.Identity<VectorLane<U>>().Value[0]);
                int whole = 0;
                if (typeof(T) == typeof(U) && stride == 1 && Axes.ReducedRank == 1)
                {
                    whole = n / lanes * lanes;
                    nint step = Axes.ReducedStride(0);
                    for (int reduced = 0; whole > 0 && reduced < ReducedCount; reduced += 4)
                        CombineRows<U, TReduction>((U*)source + (reduced * step) + column, step, Math.Min(4, ReducedCount - reduced), totals, whole);
                }

                for (int reduced = 0; whole < n && reduced < ReducedCount; reduced++)
                {
                    T* from = source + Axes.Reduced(reduced, Axes.ReducedRank) + ((nint)column * stride);
                    U* values = (U*)from;
                    if (typeof(T) != typeof(U) || stride != 1)
                    {
                        Widening.Load(from, stride, row, n);
                        values = row;
                    }

                    int i = whole;
                    for (; i <= n - lanes; i += lanes)
                        Vector.Store(TReduction.Combine(new VectorLane<U>(Vector.Load(totals + i)),
                            TReduction.Map(new VectorLane<U>(Vector.Load(values + i)))).Value, totals + i);
                    if (i < n)
                    {
                        Vector<U> rest = default;
                        Unsafe.CopyBlockUnaligned(&rest, values + i, (uint)((n - i) * sizeof(U)));
                        Vector.Store(TReduction.Combine(new VectorLane<U>(Vector.Load(totals + i)), TReduction.Map(new VectorLane<U>(rest))).Value, totals + i);
                    }
                }

                for (int i = 0; i < n; i++)
                    Finish(totals[i], target + ((nint)(column + i) * targetStride));
            }
        }

        private readonly void Finish<U>(U total, T* target)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            if (Accumulate)
            {
                U before;
                Widening.Load(target, 1, &before, 1);
                total += before;
            }

            Widening.Store(&total, target, 1, 1);
        }
    }

    private struct BlockJob<T, U, TReduction> : IParallelBody
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TReduction : struct, IReduction
    {
        public T* Source;
        public int Stride;
        public int Length;
        public U* Partials;

        public readonly void Run(int part)
        {
            int start = part * BlockLength;
            Partials[part] = ReduceRun<T, U, TReduction>(Source + ((nint)start * Stride), Stride, Math.Min(BlockLength, Length - start),
                TReduction.Identity<VectorLane<U>>().Value[0], mapped: false);
        }
    }

    [SkipLocalsInit]
    private static U ReduceRun<T, U, TReduction>(T* source, int stride, int length, U start, bool mapped)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TReduction : struct, IReduction
    {
        VectorLane<U> identity = TReduction.Identity<VectorLane<U>>();
        int lanes = Vector<U>.Count;
        Vector<U>* totals = stackalloc Vector<U>[4];
        totals[0] = totals[1] = totals[2] = totals[3] = identity.Value;
        U* chunk = stackalloc U[Widening.ChunkLength];
        bool direct = typeof(T) == typeof(U) && stride == 1;
        // Processing a multiple of the chunk's length at once gives the same order of sums as processing chunk by chunk.
        int step = direct ? Math.Max(Widening.ChunkLength, length / Widening.ChunkLength * Widening.ChunkLength) : Widening.ChunkLength;
        int added = typeof(T) == typeof(Half) && typeof(TReduction) == typeof(Sum) && stride == 1 ? AddHalves((ushort*)source, length, (float*)totals) : 0;
        for (int first = added; first < length; first += step)
        {
            int n = Math.Min(step, length - first);
            U* values = (U*)(source + first);
            if (!direct)
            {
                Widening.Load(source + ((nint)first * stride), stride, chunk, n);
                values = chunk;
            }

            int i = n / (4 * lanes) * (4 * lanes);
            if (i > 0)
            {
                if (mapped)
                    CombineVectors<U, TReduction>(values, i, totals);
                else
                    MapAndCombineVectors<U, TReduction>(values, i, totals);
            }

            for (; i <= n - lanes; i += lanes)
                totals[0] = TReduction.Combine(new VectorLane<U>(totals[0]), Mapped<U, TReduction>(values + i, mapped)).Value;
            if (i < n)
            {
                Vector<U> loaded = default;
                Unsafe.CopyBlockUnaligned(&loaded, values + i, (uint)((n - i) * sizeof(U)));
                Vector<U> contribution = mapped ? loaded : TReduction.Map(new VectorLane<U>(loaded)).Value;
                Vector<U> rest = identity.Value;
                Unsafe.CopyBlockUnaligned(&rest, &contribution, (uint)((n - i) * sizeof(U)));
                totals[1] = TReduction.Combine(new VectorLane<U>(totals[1]), new VectorLane<U>(rest)).Value;
            }
        }

        Vector<U> all = TReduction.Combine(TReduction.Combine(new VectorLane<U>(totals[0]), new VectorLane<U>(totals[1])),
            TReduction.Combine(new VectorLane<U>(totals[2]), new VectorLane<U>(totals[3]))).Value;
        for (int half = lanes / 2; half >= 1; half /= 2)
        {
            Vector<U> upper = identity.Value;
            Unsafe.CopyBlockUnaligned(&upper, (U*)&all + half, (uint)(half * sizeof(U)));
            all = TReduction.Combine(new VectorLane<U>(all), new VectorLane<U>(upper)).Value;
        }

        return TReduction.Combine(new VectorLane<U>(Vector.Create(start)), new VectorLane<U>(all)).Value[0];
    }

    // Adds as many halves as the processor's instructions take, in the order of MapAndCombineVectors; returns their number.
    private static int AddHalves(ushort* source, int length, float* totals)
    {
        const int Pair = 2 * HalfInstructions.Group, PairsOfCall = HalfInstructions.GroupsOfCall / 2;
        if (!HalfInstructions.IsSupported || Vector<float>.Count != HalfInstructions.Group / 2)
            return 0;
        int pairs = length / Pair;
        for (int pair = 0; pair < pairs; pair += PairsOfCall)
            HalfInstructions.Add(source + (pair * Pair), totals, Math.Min(PairsOfCall, pairs - pair));
        return pairs * Pair;
    }

    // The loops over whole vectors are separate methods without calls, so that partial results stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CombineRows<U, TReduction>(U* values, nint step, int rows, U* totals, int count)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TReduction : struct, IReduction
    {
        for (int i = 0; i < count; i += Vector<U>.Count)
        {
            VectorLane<U> total = new(Vector.Load(totals + i));
            U* at = values + i;
            for (int row = 0; row < rows; row++, at += step)
                total = TReduction.Combine(total, TReduction.Map(new VectorLane<U>(Vector.Load(at))));
            Vector.Store(total.Value, totals + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CombineVectors<U, TReduction>(U* values, int count, Vector<U>* totals)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TReduction : struct, IReduction
    {
        VectorLane<U> a = new(totals[0]), b = new(totals[1]), c = new(totals[2]), d = new(totals[3]);
        int lanes = Vector<U>.Count;
        for (U* end = values + count; values < end; values += 4 * lanes)
        {
            a = TReduction.Combine(a, new VectorLane<U>(Vector.Load(values)));
            b = TReduction.Combine(b, new VectorLane<U>(Vector.Load(values + lanes)));
            c = TReduction.Combine(c, new VectorLane<U>(Vector.Load(values + (2 * lanes))));
            d = TReduction.Combine(d, new VectorLane<U>(Vector.Load(values + (3 * lanes))));
        }

        totals[0] = a.Value;
        totals[1] = b.Value;
        totals[2] = c.Value;
        totals[3] = d.Value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MapAndCombineVectors<U, TReduction>(U* values, int count, Vector<U>* totals)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TReduction : struct, IReduction
    {
        VectorLane<U> a = new(totals[0]), b = new(totals[1]), c = new(totals[2]), d = new(totals[3]);
        int lanes = Vector<U>.Count;
        for (U* end = values + count; values < end; values += 4 * lanes)
        {
            a = TReduction.Combine(a, TReduction.Map(new VectorLane<U>(Vector.Load(values))));
            b = TReduction.Combine(b, TReduction.Map(new VectorLane<U>(Vector.Load(values + lanes))));
            c = TReduction.Combine(c, TReduction.Map(new VectorLane<U>(Vector.Load(values + (2 * lanes)))));
            d = TReduction.Combine(d, TReduction.Map(new VectorLane<U>(Vector.Load(values + (3 * lanes)))));
        }

        totals[0] = a.Value;
        totals[1] = b.Value;
        totals[2] = c.Value;
        totals[3] = d.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VectorLane<U> Mapped<U, TReduction>(U* values, bool mapped)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TReduction : struct, IReduction
    {
        VectorLane<U> loaded = new(Vector.Load(values));
        return mapped ? loaded : TReduction.Map(loaded);
    }
}
