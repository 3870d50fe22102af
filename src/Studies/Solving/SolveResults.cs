using ConservativeAD.Optimizers;

namespace ConservativeAD.Studies.Solving;

/// <summary>What methods made of test problems, as it is written to a file.</summary>
/// <param name="Results">One entry a problem and method.</param>
internal sealed record SolveResults(IReadOnlyList<SolvedProblem> Results);

/// <summary>What a method made of a problem.</summary>
/// <param name="Problem">The problem's name.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Evaluations">Evaluations of value and gradient.</param>
/// <param name="Value">The least value found.</param>
/// <param name="Optimum">The least value known; null where none is.</param>
/// <param name="Gap">How far the one is above the other, relative to max(1, |optimum|); null where no finite one is known.</param>
/// <param name="Stationarity">The distance of a subdifferential from 0.</param>
/// <param name="Seconds">How long it took, the final measure included.</param>
internal sealed record SolvedProblem(string Problem, string Method, int Evaluations, double Value, double? Optimum, double? Gap, double Stationarity, double Seconds)
{
    /// <summary>How many variables there are.</summary>
    public required int Dimension { get; init; }

    /// <summary>Which subdifferential was measured.</summary>
    public required StationarityKind Measure { get; init; }

    /// <summary>Why the method ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Whether the point is critical for backpropagation only; null where that is not known.</summary>
    public bool? IsArtificial { get; init; }
}
