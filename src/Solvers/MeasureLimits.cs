using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>What a measure of stationarity may cost.</summary>
/// <param name="Evaluations">The most gradients.</param>
/// <param name="Work">The arithmetic on their hull.</param>
/// <param name="TimeLeft">The time that is left; null for no limit.</param>
internal sealed record MeasureLimits(int Evaluations, WorkBudget Work, Func<TimeSpan?> TimeLeft)
{
    // A Clarke gradient costs up to four times what backpropagation does.
    private const int CostOfGradient = 4;

    // The number of multiplications for a variable in a cheap gradient.
    private const int ProductsPerVariable = 20;
    private const int LeastEvaluations = 100;
    private const int LeastPerVariable = 10;
    private const long LeastWork = 20_000_000;

    /// <summary>Whether the time is up.</summary>
    public bool IsOutOfTime => TimeLeft() <= TimeSpan.Zero;

    /// <summary>No limits.</summary>
    public static MeasureLimits None() => new(int.MaxValue, new WorkBudget(long.MaxValue), () => null);

    /// <summary>The cost of a run with a number of evaluations, or little where the run was short.</summary>
    public static MeasureLimits After(int evaluations, int dimension, Func<TimeSpan?> timeLeft) => new(
        Math.Max(Math.Max(LeastEvaluations, LeastPerVariable * Math.Min(dimension, StationarityMeasure.MaximumVariables)), evaluations / CostOfGradient),
        new WorkBudget(Math.Max(LeastWork, (long)ProductsPerVariable * dimension * evaluations)), timeLeft);
}
