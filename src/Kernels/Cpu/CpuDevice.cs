using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The CPU as a device.</summary>
internal sealed unsafe partial class CpuDevice : Device
{
    private readonly WorkerPool pool;
    private readonly BlockPool blocks = new();

    public CpuDevice(int threads) => pool = new WorkerPool(threads);

    public override long BytesInUse => blocks.BytesInUse;

    public override long PeakBytesInUse => blocks.PeakBytesInUse;

    public override void BeginPeak() => blocks.BeginPeak();

    public override Storage<T> Rent<T>(int count) => blocks.Take<T>(count) ?? new CpuStorage<T>(this, BlockPool.Capacity(count));

    public override void Return<T>(Storage<T> storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        if (!ReferenceEquals(storage.Device, this))
            throw new ArgumentException($"A block of {storage.Device} was returned to {this}; return it to its own device.", nameof(storage));
        blocks.Put(storage);
    }

    public override void CopyToHost<T>(in NDArray<T> source, Span<T> destination)
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

    public override void CopyFromHost<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
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

    public override void Fill<T>(in NDArray<T> destination, T value)
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

    public override void Map<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate) =>
        MapLoop.Run(pool, new UnaryBody<TMap>(map), x, x, x, x, destination, accumulate);

    public override void Map2<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate) =>
        MapLoop.Run(pool, new BinaryBody<TMap>(map), x, y, x, x, destination, accumulate);

    public override void Map3<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination, bool accumulate) =>
        MapLoop.Run(pool, new TernaryBody<TMap>(map), x, y, z, x, destination, accumulate);

    public override void Map4<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination, bool accumulate) =>
        MapLoop.Run(pool, new QuaternaryBody<TMap>(map), x, y, z, w, destination, accumulate);

    public override void Reduce<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate) =>
        ReductionLoop.Run<T, TReduction>(pool, x, destination, accumulate);

    public override void Convert<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
    {
        ArgumentChecks.Conversion(source, destination);
        Conversions.Run(pool, MapLoop.Pointer(source), MapLoop.Pointer(destination), source.Count, factor);
    }

    public override void CopyIndices(in NDArray<int> source, in NDArray<int> destination)
    {
        if (source.Count != destination.Count)
            throw new ArgumentException($"{source.Count} indices were to be copied to room for {destination.Count}.", nameof(destination));
        new ReadOnlySpan<int>(Contiguous(source), source.Count).CopyTo(new Span<int>(Contiguous(destination), destination.Count));
    }

    public override int[] FindNonzero<T>(in NDArray<T> x, int limit)
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

    public override long Count<T, TMap>(TMap map, in NDArray<T> x) => CountLoop.Run(map, x);

    public override void AddCount<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place) => Contiguous(counts)[place] += checked((int)CountLoop.Run(map, x));

    public override string ToString() => $"CPU with {pool.Threads} {(pool.Threads == 1 ? "thread" : "threads")}";

    private static int IndexOfNonzero<T>(ReadOnlySpan<T> span)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        // Bytes of 0 are passed over by the vector unit; a negative zero has one that is not.
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
        if (disposing)
            pool.Dispose();
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
