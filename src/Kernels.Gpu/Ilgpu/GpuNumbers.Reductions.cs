using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void Reduce<TReduction>(in NDArray<T> x, in NDArray<T> destination, bool accumulate)
        where TReduction : struct, IReduction;

    public abstract long Count<TMap>(TMap map, in NDArray<T> x)
        where TMap : struct, IUnaryMap;

    public abstract void AddCount<TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place)
        where TMap : struct, IUnaryMap;

    public abstract double SumOfSquares(in NDArray<T> x);
}

/// <content>Reductions.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    // The numbers of groups and of threads that keep a large GPU busy.
    private const int BusyGroups = 512;
    private const int BusyThreads = 1 << 16;

    // The fewest elements worth a slice of their own.
    private const int ElementsOfGroup = 1024;
    private const int ElementsOfThread = 16;
    private const int MaximumSlices = 256;

    // From this many elements on, a group of threads reduces a row.
    private const int LongRow = 64;
    private const int PartLength = 1 << 14;

    public override void Reduce<TReduction>(in NDArray<T> x, in NDArray<T> destination, bool accumulate)
    {
        ArgumentChecks.Reduction(x.Shape, destination.Shape);
        int results = destination.Count;
        if (results == 0)
            return;
        ReductionLayout layout = Layout(x, destination, out bool isRow);
        NDArray<double> partial = Scratch((long)results * layout.Slices);
        ArrayView<L> slices = ScratchView(partial);
        if (isRow)
            device.ForEachPart(results * layout.Slices, new RowReductionBody<E, L, TReduction>(layout, View(x), slices));
        else
            device.ForEach(results * layout.Slices, new ColumnReductionBody<E, L, TReduction>(layout, results, View(x), slices));
        StridedLoop loop = Walk(destination);
        device.ForEach(results, new SliceBody<E, L, TReduction>(slices, layout.Slices, new Axes(loop), new Steps(loop, 0), View(destination), accumulate
            ? 1
            : 0));
        device.Return(partial);
    }

    public override long Count<TMap>(TMap map, in NDArray<T> x)
    {
        NDArray<int> count = device.Allocate<int>([1]);
        device.Fill(count, 0);
        AddCount(map, x, count, 0);
        int result = count.GetScalar();
        device.Return(count);
        return result;
    }

    public override void AddCount<TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place)
    {
        if (x.Count == 0)
            return;
        StridedLoop loop = Walk(x);
        device.ForEachPart(Parts(x.Count),
            new CountBody<E, L, TMap>(map, new Axes(loop), new Steps(loop, 0), View(x), x.Count, PartLength, FlatIndices(counts), place));
    }

    public override double SumOfSquares(in NDArray<T> x)
    {
        if (x.Count == 0)
            return 0;
        int parts = Parts(x.Count);
        NDArray<double> sums = device.Allocate<double>([parts]);
        device.ForEachPart(parts, new SquareSumBody<E, L>(Flat(x), x.Count, PartLength, GpuDevice.View<double, DoubleLane>(sums)));
        double total = 0;
        foreach (double sum in sums.ToArray())
            total += sum;
        device.Return(sums);
        return total;
    }

    private static int Parts(int count) => (int)(((long)count + PartLength - 1) / PartLength);

    private static ReductionLayout Layout(in NDArray<T> x, in NDArray<T> destination, out bool isRow)
    {
        isRow = false;
        int length = x.Count / destination.Count;
        if (length == 0)
            return new ReductionLayout(default, default, default, default, 0, 1);
        NDArray<T> kept = x, reduced = x;
        int lead = x.Shape.Rank - destination.Shape.Rank;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            bool vanishes = axis < lead || destination.Shape[axis - lead] == 1;
            if (vanishes)
                kept = kept.Slice(axis, 0, 1);
            else
                reduced = reduced.Slice(axis, 0, 1);
        }

        StridedLoop results = Walk(kept), elements = Walk(reduced);
        isRow = length >= LongRow && (results.Rank == 0 || elements.InnerStride(0) < results.InnerStride(0));
        int slices = isRow
            ? Math.Clamp(BusyGroups / destination.Count, 1, Math.Max(1, length / ElementsOfGroup))
            : Math.Clamp(BusyThreads / destination.Count, 1, Math.Clamp(length / ElementsOfThread, 1, MaximumSlices));
        return new ReductionLayout(new Axes(results), new Steps(results, 0), new Axes(elements), new Steps(elements, 0), length, slices);
    }

    private static StridedLoop Walk(in NDArray<T> array)
    {
        StridedLoop loop = default;
        loop.Begin(array.Shape);
        loop.Add(0, array);
        loop.Coalesce(1);
        return loop;
    }

    // Memory for numbers in the type of the arithmetic.
    private NDArray<double> Scratch(long count) => device.Allocate<double>([checked((int)count)]);

    private static ArrayView<L> ScratchView(in NDArray<double> scratch) => GpuDevice.View<double, L>(scratch);
}
