using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Rules;

/// <summary>The derivative of an operation along an axis that takes each value from one element, at the position that a scan keeps.</summary>
internal static class AxisSelection
{
    /// <summary>Adds each cotangent to the element that its value comes from; Half is summed in float.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TScan">A scan that keeps positions.</typeparam>
    /// <param name="context">The reverse pass.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="companions">The companions of the input's elements; the default value if the scan reads none.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="weight">A factor on the cotangents.</param>
    /// <param name="target">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to the current contents.</param>
    public static void Pullback<T, TScan>(
        in PullbackContext<T> context,
        TScan scan,
        in NDArray<T> companions,
        int axis,
        double weight,
        in NDArray<T> target,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScan : struct, IScan
    {
        NDArray<int> positions = context.RentIndices(target.Shape);
        context.Device.Scan(scan, context.Input(0), companions, axis, false, default, positions);
        InFloat.Compute(context.Device, new ScatteredCotangents(axis, positions, weight), target, accumulate, context.Cotangent);
        context.ReturnIndices(positions);
    }

    private readonly struct ScatteredCotangents(int axis, NDArray<int> positions, double weight) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            Shape lanes = new ReducedAxes(axis, true).Lanes(destination.Shape);
            NDArray<W> part = device.Allocate<W>(lanes);
            device.Map(new Arithmetic.Multiple(weight), inputs[0].Reshape(lanes), part);
            device.ScatterAddAlong(part, positions.Reshape(lanes), destination.Reshape(lanes), accumulate);
            device.Return(part);
        }
    }
}
