using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>
/// (x − mean(x))/d over axes, without cancellation: the first element is subtracted before the mean is taken. Equal numbers give exact zeros, and the error is
/// relative to how far the numbers lie apart, not to their size.
/// </summary>
internal static class Centering
{
    /// <summary>Checks that there are enough elements for a variance.</summary>
    /// <param name="count">The number of elements.</param>
    /// <param name="divisor">The divisor.</param>
    /// <param name="shape">The shape of the argument.</param>
    /// <param name="operation">The name of the operation.</param>
    /// <exception cref="ArgumentException">There are not.</exception>
    public static void Check(int count, VarianceDivisor divisor, in Shape shape, string operation)
    {
        int least = divisor == VarianceDivisor.Sample ? 2 : 1;
        if (count < least)
            throw new ArgumentException(
                $"{operation}: {count} elements of shape {shape} were given; the variance of a "
                    + $"{(least == 2 ? "sample" : "population")} takes at least {least}.");
    }

    /// <summary>The divisor as a number, where <see cref="Check"/> has passed.</summary>
    /// <param name="count">The number of elements.</param>
    /// <param name="divisor">The divisor.</param>
    public static double Number(int count, VarianceDivisor divisor) => divisor == VarianceDivisor.Sample ? count - 1 : count;

    /// <summary>(x − mean(x))/divisor.</summary>
    /// <typeparam name="W">float or double.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="divisor">The divisor.</param>
    /// <param name="x">x.</param>
    /// <param name="destination">The array for the result; contiguous.</param>
    /// <param name="accumulate">Whether to add to the current contents.</param>
    public static void Center<W>(Device device, ReducedAxes axes, double divisor, in NDArray<W> x, in NDArray<W> destination, bool accumulate)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        if (x.Count == 0)
            return;
        NDArray<W> first = x, moved = device.Allocate<W>(x.Shape);
        for (int axis = 0; axis < x.Shape.Rank; axis++)
            first = axes.IsAll || axis == axes.Axis ? first.Slice(axis, 0, 1) : first;
        NDArray<W> mean = device.Allocate<W>(first.Shape);
        device.Map2(default(Arithmetic.Difference), x, first, moved);
        device.Reduce(default(Sum), moved, mean);
        device.Map(new Arithmetic.Quotient(axes.Length(x.Shape)), mean, mean);
        device.Map2(new Centered(divisor), moved, mean, destination, accumulate);
        device.Return(mean);
        device.Return(moved);
    }

    internal readonly struct Centered(double divisor) : IBinaryMap
    {
        public L Invoke<L>(L x, L mean)
            where L : struct, ILane<L> => (x - mean) / L.Broadcast(divisor);
    }
}
