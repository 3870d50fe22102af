using System.Numerics;

namespace ConservativeAD;

/// <content>Absolute errors.</content>
public static partial class Operations
{
    /// <summary>The mean of |x − y|, or their sum, or the errors themselves: PyTorch's L1 loss. The kinks are those of the absolute value.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The prediction.</param>
    /// <param name="y">The target; of the same shape.</param>
    /// <param name="reduction">How the errors are combined.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a mean of no elements is asked for.</exception>
    public static Var<T> MeanAbsoluteError<T>(this Var<T> x, Var<T> y, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReducedLosses.CheckEqualShapes(x, y, "mean absolute error");
        return ReducedLosses.Of((x - y).Abs(), reduction, "mean absolute error");
    }
}
