using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void Sort(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties);

    public abstract void TopK(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties);

    public abstract void AverageOverTies(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y);

    public abstract void SortWithinTies(in NDArray<T> sorted, in NDArray<T> x, bool descending);

    public abstract void OrderWithinTies(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending);

    public abstract long CountTies(in NDArray<T> sorted);

    public abstract void AddTies(in NDArray<T> sorted, in NDArray<int> counts, int place);

    public abstract void MarkTies(in NDArray<T> sorted, in NDArray<T> marks);

    public abstract void FindExtreme(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool smallest, TieOrder ties);
}

/// <content>Orders and extremes.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    // The number of lanes that keep a GPU busy with one thread each.
    private const int BusyLanes = 1 << 12;
    private const int LongLane = 256;

    public override void Sort(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties)
    {
        (int rows, int length) = ArgumentChecks.Sort(x.Shape, values.Shape, permutation.Shape);
        Leading(x, values, permutation, rows, length, length, descending, ties);
    }

    public override void TopK(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties)
    {
        (int rows, int length) = ArgumentChecks.TopK(x.Shape, values.Shape, indices.Shape);
        int kept = values.Shape[-1];
        if (kept > length)
            throw new ArgumentException($"The {kept} leading elements of rows of {length} were asked for.", nameof(values));
        Leading(x, values, indices, rows, length, kept, largest, ties);
    }

    public override void AverageOverTies(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, x.Shape, y.Shape);
        NDArray<int> starts = RunStarts(sorted, rows, length);
        device.ForEach(x.Count, new RunMeanBody<E, L>(Indices(starts), Flat(x), Flat(y), length));
        device.Return(starts);
    }

    public override void SortWithinTies(in NDArray<T> sorted, in NDArray<T> x, bool descending)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, x.Shape, x.Shape);
        if (x.Count == 0)
            return;
        NDArray<int> places = OrderInRuns(sorted, x, default, rows, length, descending);
        NDArray<T> held = device.Allocate<T>(x.Shape);
        device.Copy(Flat(x), View(held), x.Count);
        device.ForEach(x.Count, new PermuteBody<E>(View(held), Indices(places), Flat(x), length));
        device.Return(held);
        device.Return(places);
    }

    public override void OrderWithinTies(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, keys.Shape, permutation.Shape);
        if (keys.Count == 0)
            return;
        NDArray<int> places = OrderInRuns(sorted, keys, permutation, rows, length, descending);
        NDArray<int> held = device.Allocate<int>(permutation.Shape);
        device.Copy(FlatIndices(permutation), Indices(held), keys.Count);
        device.ForEach(keys.Count, new PermuteBody<int>(Indices(held), Indices(places), FlatIndices(permutation), length));
        device.Return(held);
        device.Return(places);
    }

    public override long CountTies(in NDArray<T> sorted)
    {
        NDArray<T> marks = device.Allocate<T>(sorted.Shape);
        MarkTies(sorted, marks);
        long count = Count(default(Identity), marks);
        device.Return(marks);
        return count;
    }

    public override void AddTies(in NDArray<T> sorted, in NDArray<int> counts, int place)
    {
        NDArray<T> marks = device.Allocate<T>(sorted.Shape);
        MarkTies(sorted, marks);
        AddCount(default(Identity), marks, counts, place);
        device.Return(marks);
    }

    public override void MarkTies(in NDArray<T> sorted, in NDArray<T> marks)
    {
        (_, int length) = ArgumentChecks.EqualRows(sorted.Shape, marks.Shape, marks.Shape);
        device.ForEach(sorted.Count, new TieMarkBody<E, L>(Flat(sorted), Flat(marks), length));
    }

    public override void FindExtreme(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool smallest, TieOrder ties)
    {
        ArgumentChecks.Extreme(x.Shape, values.Shape, indices.Shape);
        int length = x.Shape[1], inner = x.Shape[2], lanes = values.Count;
        if (length < 1)
            throw new ArgumentOutOfRangeException(nameof(x), length, $"An extreme along an empty axis does not exist; the array is {x.Shape}.");
        if (lanes < BusyLanes && length >= LongLane)
            device.ForEachPart(lanes, new LongExtremeBody<E, L>(Flat(x), Flat(values), FlatIndices(indices), length, inner, smallest
                ? 1
                : 0, ties == TieOrder.Last ? 1 : 0));
        else
            device.ForEach(lanes, new ExtremeBody<E, L>(Flat(x), Flat(values), FlatIndices(indices), length, inner, smallest ? 1 : 0, ties == TieOrder.Last
                ? 1
                : 0));
    }

    private void Leading(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, int rows, int length, int kept, bool descending, TieOrder ties)
    {
        GpuDevice.CheckContiguous(x);
        GpuDevice.CheckContiguous(values);
        GpuDevice.CheckContiguous(indices);
        if (rows == 0 || kept == 0)
            return;
        NDArray<int> places;
        if (E.KeyBits > 32)
            places = Sorted(x, rows, length, new SortKeys<Key64>(descending, ties));
        else
            places = Sorted(x, rows, length, new SortKeys<Key32>(descending, ties));
        device.ForEach(rows * kept, new SortedBody<E>(View(x), Indices(places), View(values), Indices(indices), length, kept));
        device.Return(places);
    }

    private NDArray<int> Sorted<TKey>(in NDArray<T> x, int rows, int length, SortKeys<TKey> order)
        where TKey : unmanaged, IRadixKey<TKey>
    {
        NDArray<int> places = device.Allocate<int>([rows, length]);
        NDArray<TKey> keys = device.Allocate<TKey>([rows, length]);
        device.ForEach(rows * length, new SortKeyBody<E, L, TKey>(View(x), GpuDevice.View<TKey, TKey>(keys), Indices(places), length, order.Descending
            ? 1
            : 0, order.Ties == TieOrder.Last ? 1 : 0));
        SortPlaces(keys, places, rows, length, TKey.Bits);
        device.Return(keys);
        return places;
    }

    private void SortPlaces<TKey>(in NDArray<TKey> keys, in NDArray<int> places, int rows, int length, int bits)
        where TKey : unmanaged, IRadixKey<TKey>
    {
        ArrayView<TKey> keyView = GpuDevice.View<TKey, TKey>(keys);
        if (length <= RadixSort.ShortRow)
        {
            RadixSort.Sort(device, keyView, Indices(places), default, default, rows, length, bits);
            return;
        }

        NDArray<TKey> spareKeys = device.Allocate<TKey>(keys.Shape);
        NDArray<int> sparePlaces = device.Allocate<int>(places.Shape);
        RadixSort.Sort(device, keyView, Indices(places), GpuDevice.View<TKey, TKey>(spareKeys), Indices(sparePlaces), rows, length, bits);
        device.Return(spareKeys);
        device.Return(sparePlaces);
    }

    private NDArray<int> RunStarts(in NDArray<T> sorted, int rows, int length)
    {
        NDArray<int> starts = device.Allocate<int>(sorted.Shape);
        device.ForEachPart(rows, new RunStartBody<E, L>(Flat(sorted), Indices(starts), length));
        return starts;
    }

    // Sorts the places of every row by run and then by a second key: a sort by that key, followed by a stable sort by run.
    private NDArray<int> OrderInRuns(in NDArray<T> sorted, in NDArray<T> second, in NDArray<int> permutation, int rows, int length, bool descending)
    {
        NDArray<int> starts = RunStarts(sorted, rows, length), places = E.KeyBits > 32
            ? BySecondKey<Key64>(second, permutation, rows, length, descending)
            : BySecondKey<Key32>(second, permutation, rows, length, descending);
        NDArray<Key32> runs = device.Allocate<Key32>(sorted.Shape);
        device.ForEach(sorted.Count, new RunKeyBody(Indices(starts), Indices(places), GpuDevice.View<Key32, Key32>(runs), length));
        SortPlaces(runs, places, rows, length, System.Numerics.BitOperations.Log2((uint)length) + 1);
        device.Return(runs);
        device.Return(starts);
        return places;
    }

    private NDArray<int> BySecondKey<TKey>(in NDArray<T> second, in NDArray<int> permutation, int rows, int length, bool descending)
        where TKey : unmanaged, IRadixKey<TKey>
    {
        NDArray<int> places = device.Allocate<int>(second.Shape);
        NDArray<TKey> keys = device.Allocate<TKey>(second.Shape);
        device.ForEach(second.Count, new SecondKeyBody<E, L, TKey>(Flat(second), permutation.IsNone
            ? Indices(places)
            : FlatIndices(permutation), permutation.IsNone ? 0 : 1, GpuDevice.View<TKey, TKey>(keys), Indices(places), length, descending ? 1 : 0));
        SortPlaces(keys, places, rows, length, TKey.Bits);
        device.Return(keys);
        return places;
    }

    // The sort of rows, for their type of key.
    private readonly record struct SortKeys<TKey>(bool Descending, TieOrder Ties);
}
