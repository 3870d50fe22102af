namespace ConservativeAD.Kernels.Cpu;

/// <content>Cumulative sums.</content>
internal sealed unsafe partial class CpuDevice
{
    public override void CumulativeSum<T>(in NDArray<T> x, int axis, bool reverse, in NDArray<T> destination, bool accumulate)
    {
        (int outer, int length, int inner) = ArgumentChecks.CumulativeSum(x, axis, destination);
        if (x.Count == 0)
            return;
        if (typeof(T) == typeof(double))
            CumulativeSums<T, double>.Run(pool, MapLoop.Pointer(x), MapLoop.Pointer(destination), outer, length, inner, reverse, accumulate);
        else
            CumulativeSums<T, float>.Run(pool, MapLoop.Pointer(x), MapLoop.Pointer(destination), outer, length, inner, reverse, accumulate);
    }
}
