using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Finds the weights and the slopes of an <see cref="AxisRecurrence"/> from the input of an operation.</summary>
internal interface IRecurrenceOf
{
    /// <summary>Computes both; the arrays are not empty.</summary>
    /// <typeparam name="W">float or double.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="x">The input.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="weights">The array for w.</param>
    /// <param name="slopes">The array for d.</param>
    static abstract void Compute<W>(Device device, in NDArray<W> x, int axis, in NDArray<W> weights, in NDArray<W> slopes)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>;
}

/// <summary>The cotangent of the input, of x and the output's cotangent.</summary>
internal readonly struct RecurrencePullback<TOf>(int axis, Selections selections) : IArrayFormula
    where TOf : IRecurrenceOf
{
    public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        if (destination.Count == 0)
            return;
        NDArray<W> weights = device.Allocate<W>(destination.Shape), slopes = device.Allocate<W>(destination.Shape);
        TOf.Compute(device, inputs[0], axis, weights, slopes);
        new AxisRecurrence(axis, selections).Pullback(device, weights, slopes, inputs[1], destination, accumulate);
        device.Return(slopes);
        device.Return(weights);
    }
}

/// <summary>The tangent of the output, of x and its tangent.</summary>
internal readonly struct RecurrenceTangent<TOf>(int axis, Selections selections) : IArrayFormula
    where TOf : IRecurrenceOf
{
    public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        if (destination.Count == 0)
            return;
        NDArray<W> weights = device.Allocate<W>(destination.Shape), slopes = device.Allocate<W>(destination.Shape);
        TOf.Compute(device, inputs[0], axis, weights, slopes);
        new AxisRecurrence(axis, selections).Tangent(device, weights, slopes, inputs[1], destination);
        device.Return(slopes);
        device.Return(weights);
    }
}
