using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void GatherAlong(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y);

    public abstract void ScatterAddAlong(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate);

    public abstract void GatherRows(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y);

    public abstract void ScatterAddRows(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate);

    public abstract void ScatterRows(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table);
}

/// <content>
/// Reading and adding at indices. Contributions are sorted by target, and each target adds its own in order. Atomic additions are not used, because their order
/// varies. </content>
internal sealed partial class GpuNumbers<T, E, L>
{
    public override void GatherAlong(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y)
    {
        ArgumentChecks.Along(x.Shape, indices.Shape, y.Shape);
        device.ForEach(y.Count,
            new GatherAlongBody<E>(Flat(x), FlatIndices(indices), Flat(y), x.Shape[1], x.Shape[2], indices.Shape[1], device.Faults.Watch()));
    }

    public override void ScatterAddAlong(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate)
    {
        ArgumentChecks.Along(dx.Shape, indices.Shape, dy.Shape);
        Scatter(Flat(dy), indices, dx.Shape[1], dx.Shape[2], indices.Shape[1], dx, 1, accumulate);
    }

    public override void GatherRows(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y)
    {
        ArgumentChecks.Rows(table.Shape, indices.Shape, y.Shape);
        device.ForEach(y.Count, new GatherRowsBody<E>(Flat(table), FlatIndices(indices), Flat(y), table.Shape[0], table.Shape[1], device.Faults.Watch()));
    }

    public override void ScatterAddRows(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate)
    {
        ArgumentChecks.Rows(dTable.Shape, indices.Shape, dy.Shape);
        Scatter(Flat(dy), indices, dTable.Shape[0], 1, indices.Count, dTable, dTable.Shape[1], accumulate);
    }

    public override void ScatterRows(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table)
    {
        ArgumentChecks.Rows(table.Shape, indices.Shape, x.Shape);
        device.ForEach(x.Count, new ScatterRowsBody<E>(Flat(x), FlatIndices(indices), Flat(table), table.Shape[0], table.Shape[1], device.Faults.Watch()));
    }

    private void Scatter(ArrayView<E> dy, in NDArray<int> indices, int length, int inner, int kept, in NDArray<T> destination, int columns, bool accumulate)
    {
        int count = indices.Count;
        if (destination.Count == 0)
            return;
        NDArray<Key32> targets = device.Allocate<Key32>([Math.Max(1, count)]);
        NDArray<int> places = device.Allocate<int>([Math.Max(1, count)]);
        ArrayView<Key32> keys = GpuDevice.View<Key32, Key32>(targets);
        if (count > 0)
        {
            device.ForEach(count, new TargetBody(FlatIndices(indices), keys, Indices(places), length, inner, kept, device.Faults.Watch()));
            SortPlaces(targets, places, 1, count, System.Numerics.BitOperations.Log2((uint)(destination.Count / columns)) + 1);
        }

        device.ForEach(destination.Count, new ScatterAddBody<E, L>(dy, keys, Indices(places), count, columns, Flat(destination), accumulate ? 1 : 0));
        device.Return(targets);
        device.Return(places);
    }
}
