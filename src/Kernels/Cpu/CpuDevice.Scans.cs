namespace ConservativeAD.Kernels.Cpu;

/// <content>Scans.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void ScanCore<T, TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, in ScanShape shape, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate)
    {
        T* other = companions.IsNone ? null : MapLoop.Pointer(companions), y = destination.IsNone ? null : MapLoop.Pointer(destination);
        int* places = positions.IsNone ? null : MapLoop.Pointer(positions);
        ScanArrays<T> arrays = new(MapLoop.Pointer(x), other, y, places, accumulate);
        if (typeof(T) == typeof(double))
            ScanLoop<T, double, TScan>.Run(pool, scan, arrays, shape);
        else
            ScanLoop<T, float, TScan>.Run(pool, scan, arrays, shape);
    }
}
