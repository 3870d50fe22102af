using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>The base of all methods: counts evaluations, keeps the best point, and at the end measures how close to stationary it is.</summary>
public abstract class NonsmoothSolver : INonsmoothSolver
{
    // The most points that are left in this way.
    private const int MaximumLeft = 20;

    private protected NonsmoothSolver()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Whether the method takes bounds.</summary>
    private protected virtual bool TakesBounds => false;

    /// <inheritdoc/>
    public SolverResult Minimize(Objective objective, ReadOnlySpan<double> start, SolverOptions? options = null, IProgress<SolverProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new SolverOptions();
        if (options.Bounds is not null && !TakesBounds)
            throw new ArgumentException($"Bounds were given, but {Name} does not take them; {nameof(LimitedMemoryBundle)} does.", nameof(options));
        SubgradientOracle oracle = new(objective, start, options, progress, cancellation);
        try
        {
            StationarityMeasure measure = RunAndMeasure(objective, oracle, options, cancellation);
            StopReason limit = oracle.IsOutOfTime ? StopReason.TimeLimit : oracle.IsSpent ? StopReason.EvaluationLimit : StopReason.NoProgress;
            StopReason reason = oracle.IsUnbounded ? StopReason.UnboundedBelow : measure.Value <= options.Tolerance ? StopReason.Stationary : limit;
            return new SolverResult(oracle.Best.Point, oracle.Best.Value, oracle.Evaluations, reason, measure, oracle.Trace)
            {
                StoppingValue = oracle.StoppingValue,
            };
        }
        catch (OperationCanceledException cancelled) when (cancellation.IsCancellationRequested)
        {
            throw new SolverCanceledException(oracle.Best, oracle.Evaluations, cancelled);
        }
    }

    // A method that rests at a kink where Clarke's subdifferential proves that F decreases, as at a point that is critical for backpropagation alone, goes on
    // from further along the direction of descent.
    private StationarityMeasure RunAndMeasure(Objective objective, SubgradientOracle oracle, SolverOptions options, CancellationToken cancellation)
    {
        for (int left = 0; ; left++)
        {
            Run(oracle, options);
            StationarityMeasure measure = StationarityMeasure.Of(objective, oracle.Best.Point, options, oracle.MeasureLimits(), cancellation);
            if (!options.LeavesKinksAlongDescent || left == MaximumLeft || oracle.IsSpent || oracle.IsUnbounded || measure.Value <= options.Tolerance
                || measure.Descent is not { } descent || !oracle.Leave(descent.Direction, descent.Slope))
                return measure;
        }
    }

    /// <summary>Runs the method until it ends, from the oracle's start or its best point.</summary>
    private protected abstract void Run(SubgradientOracle oracle, SolverOptions options);
}
