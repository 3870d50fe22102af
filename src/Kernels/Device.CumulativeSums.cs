using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Cumulative sums.</content>
public abstract partial class Device
{
    /// <summary>destination[…, j, …] = Σ x[…, l, …] over l ≤ j along an axis, or over l ≥ j with <paramref name="reverse"/>: one after another, whatever the number of threads.</summary>
    /// <typeparam name="T">float, double or Half; Half is summed in float and every sum rounded once.</typeparam>
    /// <param name="x">The array, contiguous.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="reverse">Whether the sums begin at the end of the axis.</param>
    /// <param name="destination">The sums, contiguous, of the same shape; it may be x itself where nothing is accumulated.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <exception cref="ArgumentException">The shapes differ, or an array is not contiguous.</exception>
    public abstract void CumulativeSum<T>(in NDArray<T> x, int axis, bool reverse, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
