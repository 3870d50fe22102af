namespace ConservativeAD.Scalars;

/// <summary>A linear form of the tangents of one or two recorded numbers.</summary>
internal readonly record struct ScalarForm(int First, double FirstFactor, int Second, double SecondFactor)
{
    /// <summary>The form or its negative, so that it is positive if its value has the given sign.</summary>
    public ScalarForm Oriented(double sign) => sign < 0 ? new ScalarForm(First, -FirstFactor, Second, -SecondFactor) : this;
}

/// <summary>An operation or comparison on single numbers that is at a kink.</summary>
/// <param name="Node">The operation's node; for a comparison, the next recorded node.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Form">The form whose sign decides. It is positive on the chosen side.</param>
/// <param name="IsDecided">Whether the tangents decided.</param>
/// <param name="IsComparison">Whether it is a comparison in the program.</param>
internal sealed record ScalarKink(int Node, OperationFacts Operation, ScalarForm Form, bool IsDecided, bool IsComparison)
{
    /// <summary>The slopes on either side of the kink.</summary>
    public IReadOnlyList<(double First, double Second)> Alternatives { get; init; } = [];

    /// <summary>The slopes that selections choose.</summary>
    public Func<Selections, (double First, double Second)>? Selected { get; init; }

    /// <summary>
    /// Whether the pieces that meet here are curved cones, such as those of a norm at the origin, so that no finite number of forms divides them.
    /// </summary>
    public bool IsCurved { get; init; }
}
