using ConservativeAD.Kernels.Scans;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void Scan<TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, in ScanShape shape, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate)
        where TScan : struct, IScan;
}

/// <content>Scans.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    public override void Scan<TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, in ScanShape shape, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate)
    {
        ArrayView<E> from = View(x), to = destination.IsNone ? from : View(destination);
        ArrayView<int> places = positions.IsNone ? default : Indices(positions);
        ScanLanes<E, L, TScan> lanes = new(
            scan,
            from,
            companions.IsNone ? from : View(companions),
            to,
            places,
            shape.Length,
            shape.Inner,
            shape.IsReverse ? 1 : 0,
            destination.IsNone ? 0 : 1,
            positions.IsNone ? 0 : 1,
            accumulate ? 1 : 0);
        int count = shape.Outer * shape.Inner;
        if (count < BusyLanes && shape.Length >= LongLane)
            device.ForEachPart(count, new LongScanBody<E, L, TScan>(lanes));
        else
            device.ForEach(count, new ScanBody<E, L, TScan>(lanes));
    }
}
