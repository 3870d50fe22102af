namespace ConservativeAD;

/// <summary>An operation in a run, or a variable or constant.</summary>
/// <param name="Node">Its place.</param>
/// <param name="Facts">What it is.</param>
/// <param name="Inputs">The places of its inputs.</param>
/// <param name="IsLeaf">Whether it is a variable or constant.</param>
/// <param name="IsConstant">Whether it depends on no variable.</param>
internal sealed record RecordedOperation(int Node, OperationFacts Facts, IReadOnlyList<int> Inputs, bool IsLeaf, bool IsConstant)
{
    /// <summary>Its curvature, with its attributes.</summary>
    public Curvature Curvature { get; init; } = Facts.Curvature;

    /// <summary>Its monotonicity, with its attributes.</summary>
    public Monotonicity Monotonicity { get; init; } = Facts.Monotonicity;

    /// <summary>The common sign of a constant factor's elements, by which the other input of a product or quotient is multiplied; 0 where they differ or there is none.</summary>
    public int HeldSign { get; init; }
}
