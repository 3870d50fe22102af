using System.Diagnostics;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>A point with value and gradient.</summary>
internal sealed record Iterate(double[] Point, double Value, double[] Gradient)
{
    public bool IsFinite => double.IsFinite(Value) && Array.TrueForAll(Gradient, double.IsFinite);
}

/// <summary>Gives a method values and the kind of gradients that the options select, counts evaluations, and keeps the best point.</summary>
internal sealed class SubgradientOracle
{
    private const double WorthTracing = 1e-3;

    private readonly Objective objective;
    private readonly SolverOptions options;
    private readonly IProgress<SolverProgress>? progress;
    private readonly CancellationToken cancellation;
    private readonly List<SolverProgress> trace = [];
    private readonly long started = Stopwatch.GetTimestamp();

    public SubgradientOracle(Objective objective, ReadOnlySpan<double> start, SolverOptions options, IProgress<SolverProgress>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(objective);
        options.Check();
        (this.objective, this.options, this.progress, this.cancellation) = (objective, options, progress, cancellation);
        double[] first = start.ToArray();
        if (options.Bounds is { } bounds)
        {
            if (bounds.Dimension != first.Length)
                throw new ArgumentException($"Bounds of {bounds.Dimension} variables were given for a start of {first.Length}.", nameof(start));
            bounds.Project(first);
        }

        Start = Evaluate(first);
        if (!Start.IsFinite)
            throw new ArgumentException(
                $"The value at the start is {Start.Value}, or its gradient is not finite; a method needs a start where both are finite.", nameof(start));
        Best = Start;
        trace.Add(new SolverProgress(1, Start.Value));
    }

    public Iterate Start { get; }

    public Iterate Best { get; private set; }

    public int Evaluations { get; private set; }

    public bool IsSpent => Evaluations >= options.EvaluationLimit || IsOutOfTime;

    public bool IsOutOfTime => options.TimeLimit is { } limit && Stopwatch.GetElapsedTime(started) >= limit;

    /// <summary>The method's own measure of its progress.</summary>
    public double? StoppingValue { get; set; }

    public bool IsUnbounded => Best.Value <= options.UnboundedBelow;

    public IReadOnlyList<SolverProgress> Trace => trace;

    /// <summary>The limits of a measure of stationarity that is to cost no more than the evaluations so far.</summary>
    public MeasureLimits MeasureLimits() => Solvers.MeasureLimits.After(Evaluations, Start.Point.Length,
        options.TimeLimit is { } limit ? () => Stopwatch.GetElapsedTime(started) >= 1.1 * limit : () => false);

    public Iterate At(double[] point)
    {
        Iterate iterate = Evaluate(point);
        if (iterate.Value < Best.Value && iterate.IsFinite)
        {
            Best = iterate;
            if (trace[^1].Value - iterate.Value > WorthTracing * (Start.Value - iterate.Value))
                trace.Add(new SolverProgress(Evaluations, iterate.Value));
            progress?.Report(new SolverProgress(Evaluations, iterate.Value));
        }

        return iterate;
    }

    // A copy, because the caller changes its array.
    private Iterate Evaluate(double[] point)
    {
        cancellation.ThrowIfCancellationRequested();
        double[] copy = [.. point];
        Evaluations++;
        (double value, double[] gradient) = ChosenGradient.At(objective, copy, options.Subgradient, options.Selections, options.CellBudget, options.Seed,
            (ulong)Evaluations);
        return new Iterate(copy, value, gradient);
    }
}
