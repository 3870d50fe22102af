using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>The base of all methods: counts evaluations, keeps the best point, and at the end measures how close to stationary it is.</summary>
public abstract class NonsmoothSolver : INonsmoothSolver
{
    private protected NonsmoothSolver()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public SolverResult Minimize(Objective objective, ReadOnlySpan<double> start, SolverOptions? options = null, IProgress<SolverProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new SolverOptions();
        SubgradientOracle oracle = new(objective, start, options, progress, cancellation);
        Run(oracle, options);
        int evaluations = oracle.Evaluations;
        StationarityMeasure measure = StationarityMeasure.Of(objective, oracle.Best.Point, options, cancellation);
        StopReason reason = oracle.IsUnbounded ? StopReason.UnboundedBelow
            : measure.Value <= options.Tolerance ? StopReason.Stationary
            : oracle.IsSpent ? StopReason.EvaluationLimit : StopReason.NoProgress;
        return new SolverResult(oracle.Best.Point, oracle.Best.Value, evaluations, reason, measure, oracle.Trace);
    }

    /// <summary>Runs the method until it ends.</summary>
    private protected abstract void Run(SubgradientOracle oracle, SolverOptions options);
}
