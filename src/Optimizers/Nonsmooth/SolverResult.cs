namespace ConservativeAD.Optimizers;

/// <summary>Why a method ended.</summary>
public enum StopReason
{
    /// <summary>The distance of Clarke's or Goldstein's subdifferential from 0 is within the tolerance.</summary>
    Stationary,

    /// <summary>No step found decreases F beyond rounding, although the measure of stationarity is above its tolerance.</summary>
    NoProgress,

    /// <summary>The evaluations are spent.</summary>
    EvaluationLimit,

    /// <summary>F fell below the value at which it counts as unbounded.</summary>
    UnboundedBelow,
}

/// <summary>A point on the way.</summary>
/// <param name="Evaluations">How many evaluations it took.</param>
/// <param name="Value">The least value so far.</param>
public readonly record struct SolverProgress(int Evaluations, double Value);

/// <summary>What a method for nonsmooth problems found, and what is known of the point.</summary>
/// <param name="Point">The point of least value.</param>
/// <param name="Value">F there.</param>
/// <param name="Evaluations">How many times value and gradient were taken, those of the final measure of stationarity not counted.</param>
/// <param name="Reason">Why the method ended.</param>
/// <param name="Stationarity">How near to stationary the point is, and by which measure.</param>
/// <param name="Trace">The least values, each where it was lowered by at least a tenth of a per cent of the way from the start.</param>
public sealed record SolverResult(IReadOnlyList<double> Point, double Value, int Evaluations, StopReason Reason, StationarityMeasure Stationarity, IReadOnlyList<SolverProgress> Trace);
