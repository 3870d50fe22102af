using System.Numerics;

namespace ConservativeAD;

/// <content>Smooth absolute errors.</content>
public static partial class Operations
{
    /// <summary>
    /// The mean of ½d²/β for |d| ≤ β and |d| − ½β elsewhere, with d = x − y, or their sum, or the losses themselves, as PyTorch's smooth L1 loss. Huber's loss
    /// is β times that.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The prediction.</param>
    /// <param name="y">The target; of the same shape.</param>
    /// <param name="beta">β, not negative; at 0 this is the mean absolute error.</param>
    /// <param name="reduction">How the losses are combined.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a mean of no elements is asked for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    public static Var<T> SmoothL1Loss<T>(this Var<T> x, Var<T> y, double beta = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (beta == 0)
            return x.MeanAbsoluteError(y, reduction);
        ReducedLosses.CheckEqualShapes(x, y, "smooth L1 loss");
        return ReducedLosses.Of((x - y).SmoothAbs(beta), reduction, "smooth L1 loss");
    }
}
