namespace ConservativeAD;

/// <summary>A linear form of the tangents of one or two recorded numbers.</summary>
internal readonly record struct ScalarForm(int First, double FirstFactor, int Second, double SecondFactor)
{
    /// <summary>The form or its negative, so that it is positive where its value has the sign given.</summary>
    public ScalarForm Oriented(double sign) => sign < 0 ? new ScalarForm(First, -FirstFactor, Second, -SecondFactor) : this;
}

/// <summary>An operation or comparison on single numbers that sat at a kink.</summary>
/// <param name="Node">The operation's node; of a comparison, the node recorded next.</param>
/// <param name="Operation">What it is.</param>
/// <param name="Form">The form whose sign decides, positive on the side that was taken.</param>
/// <param name="IsDecided">Whether the tangents decided.</param>
/// <param name="IsComparison">Whether it is a comparison in the program.</param>
internal sealed record ScalarKink(int Node, OperationFacts Operation, ScalarForm Form, bool IsDecided, bool IsComparison)
{
    /// <summary>How comparisons appear in reports.</summary>
    public static OperationFacts Comparison { get; } = new("comparison", TameClass.SemiAlgebraic) { IsSmooth = false };

    /// <summary>The slopes on either side of the kink.</summary>
    public IReadOnlyList<(double First, double Second)> Alternatives { get; init; } = [];

    /// <summary>The slopes that selections choose.</summary>
    public Func<Selections, (double First, double Second)>? Selected { get; init; }

    /// <summary>Whether the pieces that meet here are curved cones, as those of a norm at the origin, so that no finite number of forms divides them.</summary>
    public bool IsCurved { get; init; }
}
