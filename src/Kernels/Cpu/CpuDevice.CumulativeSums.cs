namespace ConservativeAD.Kernels.Cpu;

/// <content>Cumulative sums.</content>
internal sealed unsafe partial class CpuDevice
{
    public override void CumulativeSum<T>(in NDArray<T> x, int axis, bool reverse, in NDArray<T> destination, bool accumulate)
    {
        if (x.Shape != destination.Shape || !x.IsContiguous || !destination.IsContiguous)
            throw new ArgumentException($"Cumulative sums of {x.Shape} were to be written to {destination.Shape}; both must be contiguous and of one shape.");
        axis = x.Shape.Axis(axis);
        int outer = 1, inner = 1;
        for (int before = 0; before < axis; before++)
            outer *= x.Shape[before];
        for (int after = axis + 1; after < x.Shape.Rank; after++)
            inner *= x.Shape[after];
        if (x.Count == 0)
            return;
        if (typeof(T) == typeof(double))
            CumulativeSums<T, double>.Run(pool, MapLoop.Pointer(x), MapLoop.Pointer(destination), outer, x.Shape[axis], inner, reverse, accumulate);
        else
            CumulativeSums<T, float>.Run(pool, MapLoop.Pointer(x), MapLoop.Pointer(destination), outer, x.Shape[axis], inner, reverse, accumulate);
    }
}
