namespace ConservativeAD;

/// <summary>What theory needs to know of an operation, whatever its inputs are.</summary>
/// <param name="Name">The operation's name, as messages and reports show it.</param>
/// <param name="TameClass">The smallest structure that contains its graph.</param>
public sealed record OperationFacts(string Name, TameClass TameClass)
{
    /// <summary>What stands for a variable or a constant.</summary>
    internal static OperationFacts Leaf { get; } = new("leaf", TameClass.Polynomial);

    /// <summary>Whether it is C¹ wherever it is defined.</summary>
    public bool IsSmooth { get; init; } = true;

    /// <summary>Whether it is locally Lipschitz wherever it is defined (sqrt is not, at 0).</summary>
    public bool IsLocallyLipschitz { get; init; } = true;

    /// <summary>Whether it is continuous; a discontinuous operation has no conservative field (Bolte &amp; Pauwels 2021).</summary>
    public bool IsContinuous { get; init; } = true;

    /// <summary>The smallest structure that contains its graph over a bounded set of arguments; the class itself if null. A sine over an interval is globally subanalytic.</summary>
    public TameClass? OnBoundedSets { get; init; }

    /// <summary>Whether its values are bounded, whatever its arguments.</summary>
    public bool IsBounded { get; init; }

    /// <summary>Whether its values may be unbounded over a bounded set of arguments, as those of a quotient.</summary>
    public bool IsUnboundedOnBoundedSets { get; init; }

    /// <summary>Its curvature in all its arguments together, for the rules of composition of convex functions.</summary>
    public Curvature Curvature { get; init; }

    /// <summary>How its value moves with its arguments.</summary>
    public Monotonicity Monotonicity { get; init; }
}
