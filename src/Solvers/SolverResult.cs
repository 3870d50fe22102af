namespace ConservativeAD.Solvers;

/// <summary>Why a method ended.</summary>
public enum StopReason
{
    /// <summary>The distance of Clarke's or Goldstein's subdifferential from 0 is within the tolerance.</summary>
    Stationary,

    /// <summary>No step found decreases F beyond rounding, although the measure of stationarity is above its tolerance.</summary>
    NoProgress,

    /// <summary>The evaluations are used up.</summary>
    EvaluationLimit,

    /// <summary>F fell below the value at which it counts as unbounded.</summary>
    UnboundedBelow,

    /// <summary>The time is up.</summary>
    TimeLimit,

    /// <summary>The constraints are violated, and no direction lowers the sum of their violations to first order.</summary>
    InfeasibleStationary,
}

/// <summary>A point on the way.</summary>
/// <param name="Evaluations">The number of evaluations so far.</param>
/// <param name="Value">The least value so far.</param>
public readonly record struct SolverProgress(int Evaluations, double Value)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>The result of a method for nonsmooth problems.</summary>
/// <param name="Point">The point of least value.</param>
/// <param name="Value">F there.</param>
/// <param name="Evaluations">The number of evaluations of value and gradient, not counting those of the final measure of stationarity.</param>
/// <param name="Reason">Why the method ended.</param>
/// <param name="Stationarity">How close to stationary the point is, and by which measure.</param>
/// <param name="Trace">The history of the least value, with an entry for each decrease by at least 0.1 % of the total decrease from the start.</param>
public sealed record SolverResult(IReadOnlyList<double> Point, double Value, int Evaluations, StopReason Reason, StationarityMeasure Stationarity,
    IReadOnlyList<SolverProgress> Trace)
{
    /// <summary>
    /// The number by which the method judges its own progress, at its end: for <see cref="LimitedMemoryBundle"/> w = ⟨a, D·a⟩ + 2β of the aggregate; null for
    /// methods that have none.
    /// </summary>
    public double? StoppingValue { get; init; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
