namespace ConservativeAD;

/// <summary>The facts about an operation that theory needs and that hold for all inputs.</summary>
/// <param name="Name">The operation's name in messages and reports.</param>
/// <param name="TameClass">The smallest structure that contains its graph.</param>
public sealed record OperationFacts(string Name, TameClass TameClass)
{
    /// <summary>The facts of a variable or constant.</summary>
    internal static OperationFacts Leaf { get; } = new("leaf", TameClass.Polynomial);

    /// <summary>The facts used for comparisons in a program.</summary>
    internal static OperationFacts Comparison { get; } = new("comparison", TameClass.SemiAlgebraic) { IsSmooth = false };

    /// <summary>Whether it is C¹ wherever it is defined.</summary>
    public bool IsSmooth { get; init; } = true;

    /// <summary>Whether it is locally Lipschitz wherever it is defined (sqrt is not, at 0).</summary>
    public bool IsLocallyLipschitz { get; init; } = true;

    /// <summary>Whether it is continuous; a discontinuous operation has no conservative field (Bolte &amp; Pauwels 2021).</summary>
    public bool IsContinuous { get; init; } = true;

    /// <summary>
    /// The smallest structure that contains its graph over a bounded set of arguments; null if it is the same as <c>TameClass</c>. A sine over an interval is
    /// globally subanalytic.
    /// </summary>
    public TameClass? OnBoundedSets { get; init; }

    /// <summary>Whether its values are bounded for all arguments.</summary>
    public bool IsBounded { get; init; }

    /// <summary>Whether its values may be unbounded over a bounded set of arguments, such as those of a quotient.</summary>
    public bool IsUnboundedOnBoundedSets { get; init; }

    /// <summary>Its joint curvature in all arguments, for the composition rules of convex functions.</summary>
    public Curvature Curvature { get; init; }

    /// <summary>
    /// Whether its value is piecewise affine in its arguments on finitely many polyhedra, such as a maximum. An operation that is affine in all arguments need
    /// not set it.
    /// </summary>
    public bool IsPolyhedral { get; init; }

    /// <summary>How its value changes with its arguments.</summary>
    public Monotonicity Monotonicity { get; init; }

    /// <summary>
    /// Whether its slopes are finite wherever its arguments and its value are finite. This promise lets a certificate skip a check of every element; without it
    /// the elements are checked.
    /// </summary>
    public bool HasFiniteSlopes { get; init; }

    /// <summary>
    /// Whether finite arguments always give a finite value: true for a relu, false for an exponential. This promise lets a certificate skip a check.
    /// </summary>
    public bool KeepsFinite { get; init; }

    /// <summary>
    /// Whether an argument that is NaN or infinite always shows in the value: true for a sum, false for a relu. This promise of an operation on whole arrays
    /// lets a certificate skip a check. For elementwise operations the engine finds out itself.
    /// </summary>
    public bool PassesOnNonFinite { get; init; }
}
