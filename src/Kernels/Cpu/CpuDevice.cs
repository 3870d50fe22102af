using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The CPU as a device.</summary>
internal sealed unsafe partial class CpuDevice : Device
{
    private readonly WorkerPool pool;
    private readonly BlockPool blocks = new();
    private readonly bool isShared;

    /// <summary>Makes a device with its own threads.</summary>
    /// <param name="threads">The number of threads, including the caller.</param>
    /// <param name="isShared">Whether the whole process shares the device, so that disposing does not end it.</param>
    public CpuDevice(int threads, bool isShared = false)
    {
        pool = new WorkerPool(threads);
        this.isShared = isShared;
    }

    public override long BytesInUse => blocks.BytesInUse;

    public override long PeakBytesInUse => blocks.PeakBytesInUse;

    public override void BeginPeak() => blocks.BeginPeak();

    public override long BytesWaiting => blocks.WaitingBytes;

    public override Storage<T> Rent<T>(int count)
    {
        if (blocks.Take<T>(count) is { } waiting)
            return waiting;
        if (blocks.IsClosed)
            throw new ObjectDisposedException(ToString(), $"Memory was asked of {this}, which was disposed of; make another device, or use Device.Default.");
        return blocks.Bring(Block<T>(BlockPool.Capacity(count)));
    }

    public override void Trim() => Release(blocks.Drain());

    private protected override void ReturnCore<T>(Storage<T> storage, int? stamp) => Release(blocks.Put(storage, stamp));

    private protected override void CopyToHostCore<T>(in NDArray<T> source, Span<T> destination)
    {
        T* from = MapLoop.Pointer(source);
        if (source.IsContiguous)
        {
            new ReadOnlySpan<T>(from, source.Count).CopyTo(destination);
            return;
        }

        StridedLoop loop = Walk(source);
        for (int outer = 0, i = 0; outer < loop.OuterCount; outer++)
        {
            nint offset = loop.OuterOffset(outer, 0);
            for (int inner = 0; inner < loop.InnerLength; inner++)
                destination[i++] = from[offset + ((nint)inner * loop.InnerStride(0))];
        }
    }

    private protected override void CopyFromHostCore<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
    {
        T* to = MapLoop.Pointer(destination);
        if (destination.IsContiguous)
        {
            source.CopyTo(new Span<T>(to, destination.Count));
            return;
        }

        StridedLoop loop = Walk(destination);
        for (int outer = 0, i = 0; outer < loop.OuterCount; outer++)
        {
            nint offset = loop.OuterOffset(outer, 0);
            for (int inner = 0; inner < loop.InnerLength; inner++)
                to[offset + ((nint)inner * loop.InnerStride(0))] = source[i++];
        }
    }

    private protected override void FillCore<T>(in NDArray<T> destination, T value)
    {
        T* to = MapLoop.Pointer(destination);
        if (destination.IsContiguous)
        {
            new Span<T>(to, destination.Count).Fill(value);
            return;
        }

        StridedLoop loop = Walk(destination);
        for (int outer = 0; outer < loop.OuterCount; outer++)
        {
            nint offset = loop.OuterOffset(outer, 0);
            for (int inner = 0; inner < loop.InnerLength; inner++)
                to[offset + ((nint)inner * loop.InnerStride(0))] = value;
        }
    }

    private protected override void MapCore<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate) =>
        MapLoop.Run(pool, new UnaryBody<TMap>(map), x, x, x, x, destination, accumulate);

    private protected override void Map2Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate) =>
        MapLoop.Run(pool, new BinaryBody<TMap>(map), x, y, x, x, destination, accumulate);

    private protected override void Map3Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination,
        bool accumulate) =>
        MapLoop.Run(pool, new TernaryBody<TMap>(map), x, y, z, x, destination, accumulate);

    private protected override void Map4Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination,
        bool accumulate) =>
        MapLoop.Run(pool, new QuaternaryBody<TMap>(map), x, y, z, w, destination, accumulate);

    private protected override void ReduceCore<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate) =>
        ReductionLoop.Run<T, TReduction>(pool, x, destination, accumulate);

    private protected override void ConvertCore<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
    {
        ArgumentChecks.Conversion(source, destination);
        Conversions.Run(pool, MapLoop.Pointer(source), MapLoop.Pointer(destination), source.Count, factor);
    }

    private protected override void CopyIndicesCore(in NDArray<int> source, in NDArray<int> destination)
    {
        if (source.Count != destination.Count)
            throw new ArgumentException($"{source.Count} indices were to be copied to room for {destination.Count}.", nameof(destination));
        new ReadOnlySpan<int>(Contiguous(source), source.Count).CopyTo(new Span<int>(Contiguous(destination), destination.Count));
    }

    private protected override int[] FindNonzeroCore<T>(in NDArray<T> x, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ReadOnlySpan<T> rest = new(Contiguous(x), x.Count);
        List<int> places = [];
        for (int start = 0; places.Count < limit; start = places[^1] + 1)
        {
            int next = IndexOfNonzero(rest[start..]);
            if (next < 0)
                break;
            places.Add(start + next);
        }

        return [.. places];
    }

    private protected override long CountCore<T, TMap>(TMap map, in NDArray<T> x) => CountLoop.Run(map, x);

    private protected override void AddCountCore<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place) =>
        Contiguous(counts)[place] += checked((int)CountLoop.Run(map, x));

    public override string ToString() => $"CPU with {pool.Threads} {(pool.Threads == 1 ? "thread" : "threads")}";

    private static int IndexOfNonzero<T>(ReadOnlySpan<T> span)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        // Vector instructions skip bytes that are 0; a negative zero has one byte that is not.
        int at = 0;
        while (at < span.Length)
        {
            int next = System.Runtime.InteropServices.MemoryMarshal.AsBytes(span[at..]).IndexOfAnyExcept((byte)0);
            if (next < 0)
                return -1;
            at += next / sizeof(T);
            if (span[at] != T.Zero)
                return at;
            at++;
        }

        return -1;
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        if (isShared)
        {
            Trim();
            return;
        }

        pool.Dispose();
        Release(blocks.Close());
    }

    private CpuStorage<T> Block<T>(int capacity)
        where T : unmanaged
    {
        try
        {
            return new CpuStorage<T>(this, blocks, capacity);
        }
        catch (OutOfMemoryException)
        {
            // The pool keeps blocks of other sizes.
            Trim();
        }

        try
        {
            return new CpuStorage<T>(this, blocks, capacity);
        }
        catch (OutOfMemoryException exception)
        {
            throw new InsufficientMemoryException(
                $"The system has no room for another {(long)capacity * sizeof(T)} bytes; {BytesInUse} bytes of {this} are in use. Take smaller batches, or "
                    + $"recompute parts of the program with tape.Checkpoint.", exception);
        }
    }

    private static void Release(List<IBlock>? blocks)
    {
        if (blocks is null)
            return;
        foreach (IBlock block in blocks)
            block.Release();
    }

    private static StridedLoop Walk<T>(in NDArray<T> array)
        where T : unmanaged
    {
        StridedLoop loop = default;
        loop.Begin(array.Shape);
        loop.Add(0, array);
        loop.Coalesce(1);
        return loop;
    }
}
