using System.Numerics;

namespace ConservativeAD;

/// <summary>The diagonal of a Hessian, or an estimate of it.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Elements">For each leaf that needs a gradient, its part of the diagonal, in row-major order.</param>
/// <param name="Draws">The number of random vectors that the estimate averages over; null if the diagonal was computed exactly.</param>
/// <param name="Kinks">The operations without second derivatives at the point; only those that the output depends on.</param>
public sealed record HessianDiagonal<T>(IReadOnlyDictionary<Var<T>, T[]> Elements, int? Draws, KinkCensus Kinks)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether every operation is twice differentiable at the point.</summary>
    public bool IsTwiceDifferentiable => Kinks.IsEmpty && Obstacles.Count == 0 && Elements.Values.All(part => Array.TrueForAll(part, T.IsFinite));

    /// <summary>The obstacles: operations that are singular or at the edge of their domain.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; init; } = [];

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
