using ConservativeAD.Solvers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Solving;

/// <summary>The results of methods on test problems, as written to a file.</summary>
/// <param name="Results">One entry per problem and method.</param>
internal sealed record SolveResults(IReadOnlyList<SolvedProblem> Results)
{
    /// <summary>The settings of the methods.</summary>
    public SolverOptions? Settings { get; init; }

    /// <summary>The machine.</summary>
    public MachineFacts Machine { get; init; } = MachineFacts.Current;
}

/// <summary>The result of a method on a problem.</summary>
/// <param name="Problem">The problem's name.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Evaluations">Evaluations of value and gradient.</param>
/// <param name="Value">The least value found.</param>
/// <param name="Optimum">The least known value; null if there is none.</param>
/// <param name="Gap">The difference of value and optimum, relative to max(1, |optimum|); null if no finite optimum is known.</param>
/// <param name="Stationarity">The distance of a subdifferential from 0.</param>
/// <param name="Seconds">The duration, including the final measure.</param>
internal sealed record SolvedProblem(string Problem, string Method, int Evaluations, double Value, double? Optimum, double? Gap, double Stationarity,
    double Seconds)
{
    /// <summary>The number of variables.</summary>
    public required int Dimension { get; init; }

    /// <summary>The measured subdifferential.</summary>
    public required StationarityKind Measure { get; init; }

    /// <summary>The largest violation of a constraint; null for problems without constraints.</summary>
    public double? Violation { get; init; }

    /// <summary>Why the method ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Whether the point is critical for backpropagation only; null if unknown.</summary>
    public bool? IsArtificial { get; init; }

    /// <summary>Why a method ended, in a word or two.</summary>
    /// <param name="reason">The reason.</param>
    public static string Text(StopReason reason) => reason switch
    {
        StopReason.Stationary => "stationary",
        StopReason.NoProgress => "no progress",
        StopReason.EvaluationLimit => "limit",
        StopReason.TimeLimit => "time",
        StopReason.InfeasibleStationary => "infeasible",
        _ => "unbounded",
    };
}
