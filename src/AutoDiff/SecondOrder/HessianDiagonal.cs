using System.Numerics;

namespace ConservativeAD;

/// <summary>The diagonal of a Hessian, or an estimate of it.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Elements">For each leaf that needs a gradient, its part of the diagonal, in row-major order.</param>
/// <param name="Draws">Over how many random vectors the estimate is a mean; null where the diagonal was computed.</param>
/// <param name="Kinks">Where second derivatives do not exist; only of operations that the output depends on.</param>
public sealed record HessianDiagonal<T>(IReadOnlyDictionary<Var<T>, T[]> Elements, int? Draws, KinkCensus Kinks)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether every operation is twice differentiable at the point.</summary>
    public bool IsTwiceDifferentiable => Kinks.IsEmpty;
}
