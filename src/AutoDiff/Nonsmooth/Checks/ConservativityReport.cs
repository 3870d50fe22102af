using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>A path on which the integral of the gradients from backpropagation differs from the change of the value.</summary>
/// <param name="Path">The path.</param>
/// <param name="Integral">∫⟨v, γ'⟩dt.</param>
/// <param name="Change">F(γ(1)) − F(γ(0)).</param>
/// <param name="Defect">The largest difference between the two over any part of the path.</param>
/// <param name="Operation">The operation that contributes the largest failure along the path; null if no single operation fails.</param>
/// <param name="OperationDefect">The size of that operation's failure.</param>
public sealed record ConservativityDefect(TestPath Path, double Integral, double Change, double Defect, OperationFacts? Operation, double OperationDefect)
{
    /// <summary>
    /// The size of the jump in the value as soon as the path leaves the kink where it starts. If there is one, the program is not continuous there; null if
    /// there is none.
    /// </summary>
    public double? Jump { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        Jump is { } jump
        ? string.Create(CultureInfo.InvariantCulture, $"not continuous: along {Path} the value jumps by {jump:0.######} at the start")
        : string.Create(
        CultureInfo.InvariantCulture,
        $"{(Operation is null ? "the program" : Operation.Name)}: along {Path} the integral is {Integral:0.######} and the value changes by "
            + $"{Change:0.######}; over a part of it they differ by {Defect:0.######}");
}

/// <summary>The result of a conservativity check.</summary>
/// <param name="Failures">The paths that failed, the worst one first.</param>
/// <param name="PathsTried">The number of paths tried.</param>
/// <param name="StratumPathsTried">The number of those paths that ran inside kinks.</param>
/// <param name="Selections">The selections under test.</param>
public sealed record ConservativityReport(IReadOnlyList<ConservativityDefect> Failures, int PathsTried, int StratumPathsTried, Selections Selections)
{
    /// <summary>Whether no path failed. The check can find faults but cannot prove their absence.</summary>
    public bool IsConservative => Failures.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsConservative
        ? $"conservative along {PathsTried} paths, {StratumPathsTried} of them inside kinks"
        : $"not conservative: {Failures[0]}{(Failures.Count > 1 ? $" ({Failures.Count} of {PathsTried} paths fail)" : "")}";
}
