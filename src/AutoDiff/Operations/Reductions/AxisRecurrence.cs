using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Rules;

/// <summary>
/// The derivative of an operation along an axis whose tangents satisfy a linear recurrence, ẏ_j = w_j·ẏ_(j−1) + d_j·ẋ_j with w_0 = 0: the recurrence itself
/// forwards, its transpose backwards. It uses no division, so elements with value 0 need no special case.
/// </summary>
/// <param name="axis">The axis.</param>
/// <param name="selections">The selections of the pass.</param>
internal readonly struct AxisRecurrence(int axis, Selections selections)
{
    /// <summary>The tangent of the output.</summary>
    /// <typeparam name="W">float or double.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="weights">w.</param>
    /// <param name="slopes">d.</param>
    /// <param name="dx">ẋ.</param>
    /// <param name="destination">ẏ.</param>
    public void Tangent<W>(Device device, in NDArray<W> weights, in NDArray<W> slopes, in NDArray<W> dx, in NDArray<W> destination)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        device.Carry(selections, default(Arithmetic.CarriedProduct), dx, slopes, destination);
        device.Scan(Recurrence, destination, weights, axis, false, destination, default);
    }

    /// <summary>The input's cotangent: d_j·s_j of the sums s_j = v_j + w_(j+1)·s_(j+1).</summary>
    /// <typeparam name="W">float or double.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="weights">w.</param>
    /// <param name="slopes">d.</param>
    /// <param name="cotangent">v, the output's cotangent.</param>
    /// <param name="destination">The array for the result.</param>
    /// <param name="accumulate">Whether to add to the current contents.</param>
    public void Pullback<W>(Device device, in NDArray<W> weights, in NDArray<W> slopes, in NDArray<W> cotangent, in NDArray<W> destination, bool accumulate)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        NDArray<W> following = device.Allocate<W>(weights.Shape), sums = device.Allocate<W>(weights.Shape);
        Neighbours.Next(device, weights, axis, 0, following);
        device.Scan(Recurrence, cotangent, following, axis, true, sums, default);
        device.Carry(selections, default(Arithmetic.CarriedProduct), sums, slopes, destination, accumulate);
        device.Return(sums);
        device.Return(following);
    }

    /// <summary>The derivative of <see cref="Pullback"/> along tangents of the weights and the slopes.</summary>
    /// <typeparam name="W">float or double.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="weights">w.</param>
    /// <param name="slopes">d.</param>
    /// <param name="weightsMoved">ẇ.</param>
    /// <param name="slopesMoved">ḋ.</param>
    /// <param name="cotangent">v, which is held fixed.</param>
    /// <param name="destination">The array for the result.</param>
    /// <param name="accumulate">Whether to add to the current contents.</param>
    public void PullbackMoved<W>(Device device, in NDArray<W> weights, in NDArray<W> slopes, in NDArray<W> weightsMoved, in NDArray<W> slopesMoved,
        in NDArray<W> cotangent, in NDArray<W> destination, bool accumulate)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        NDArray<W> following = device.Allocate<W>(weights.Shape), sums = device.Allocate<W>(weights.Shape), change = device.Allocate<W>(weights.Shape),
            moved = device.Allocate<W>(weights.Shape);
        Neighbours.Next(device, weights, axis, 0, following);
        device.Scan(Recurrence, cotangent, following, axis, true, sums, default);
        device.Carry(selections, default(Arithmetic.ProductOfCarried), sums, slopesMoved, destination, accumulate);

        // ṡ_j = w_(j+1)·ṡ_(j+1) + ẇ_(j+1)·s_(j+1).
        device.Carry(selections, default(Arithmetic.ProductOfCarried), sums, weightsMoved, moved);
        Neighbours.Next(device, moved, axis, 0, change);
        device.Scan(Recurrence, change, following, axis, true, sums, default);
        device.Carry(selections, default(Arithmetic.CarriedProduct), sums, slopes, destination, true);
        device.Return(moved);
        device.Return(change);
        device.Return(sums);
        device.Return(following);
    }

    private LinearRecurrence Recurrence => new(isPlain: !selections.AbsorbingZero);
}
