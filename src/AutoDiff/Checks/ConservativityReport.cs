using System.Globalization;

namespace ConservativeAD;

/// <summary>One path on which the integral of what backpropagation returns is not the change of the value.</summary>
/// <param name="Path">The path.</param>
/// <param name="Integral">∫⟨v, γ'⟩dt.</param>
/// <param name="Change">F(γ(1)) − F(γ(0)).</param>
/// <param name="Defect">The largest difference of the two over any part of the path.</param>
/// <param name="Culprit">The operation that by itself fails most along the path; null where none does.</param>
/// <param name="CulpritDefect">By how much.</param>
public sealed record ConservativityDefect(TestPath Path, double Integral, double Change, double Defect, OperationFacts? Culprit, double CulpritDefect)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Culprit is null ? "the program" : Culprit.Name)}: along {Path} the integral is {Integral:0.######} and the value changes by {Change:0.######}; over a part of it they differ by {Defect:0.######}");
}

/// <summary>What a conservativity check found.</summary>
/// <param name="Failures">The paths that failed, the worst first.</param>
/// <param name="PathsTried">How many paths were tried.</param>
/// <param name="StratumPathsTried">How many of them ran inside kinks.</param>
/// <param name="Selections">What was under test.</param>
public sealed record ConservativityReport(IReadOnlyList<ConservativityDefect> Failures, int PathsTried, int StratumPathsTried, Selections Selections)
{
    /// <summary>Whether no path failed. A check finds faults; it proves nothing.</summary>
    public bool IsConservative => Failures.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsConservative
        ? $"conservative along {PathsTried} paths, {StratumPathsTried} of them inside kinks"
        : $"not conservative: {Failures[0]}{(Failures.Count > 1 ? $" ({Failures.Count} of {PathsTried} paths fail)" : "")}";
}
