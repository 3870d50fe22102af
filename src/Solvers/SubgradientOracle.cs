using System.Diagnostics;
using System.Numerics.Tensors;
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

    // Decreases by this part of the value, and steps of this part of the point, may be rounding.
    private const double Rounding = 1e-12;

    private readonly Objective objective;
    private readonly SolverOptions options;
    private readonly IProgress<SolverProgress>? progress;
    private readonly CancellationToken cancellation;
    private readonly List<SolverProgress> trace = [];
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly double firstValue;

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
        firstValue = Start.Value;
        trace.Add(new SolverProgress(1, Start.Value));
    }

    /// <summary>Where the method starts.</summary>
    public Iterate Start { get; private set; }

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
        () => (1.1 * options.TimeLimit) - Stopwatch.GetElapsedTime(started));

    public Iterate At(double[] point)
    {
        Iterate iterate = Evaluate(point);
        if (iterate.Value < Best.Value && iterate.IsFinite)
        {
            Best = iterate;
            if (trace[^1].Value - iterate.Value > WorthTracing * (firstValue - iterate.Value))
                trace.Add(new SolverProgress(Evaluations, iterate.Value));
            progress?.Report(new SolverProgress(Evaluations, iterate.Value));
        }

        return iterate;
    }

    /// <summary>
    /// Leaves the best point along a direction of descent, by steps that are halved until F decreases and then doubled as long as it does, and makes the point
    /// that is found the start. False if no step decreases F by more than rounding.
    /// </summary>
    /// <param name="direction">A unit vector.</param>
    /// <param name="slope">F'(x; d), or a bound from above; below 0.</param>
    public bool Leave(double[] direction, double slope)
    {
        Iterate from = Best;
        double size = Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude<double>(from.Point)));
        double worthwhile = Rounding * Math.Max(1, Math.Abs(from.Value));
        for (double length = size; length > Rounding * size && !IsSpent; length *= 0.5)
        {
            Iterate ahead = Along(from, direction, length);
            if (!Decreases(from, ahead, length, slope))
                continue;
            for (double further = 2 * length; !IsSpent && !IsUnbounded; further *= 2)
            {
                Iterate next = Along(from, direction, further);
                if (!(next.Value < ahead.Value) || !Decreases(from, next, further, slope))
                    break;
                ahead = next;
            }

            if (from.Value - Best.Value <= worthwhile)
                return false;
            Start = Best;
            return true;
        }

        return false;
    }

    // Armijo's test.
    private static bool Decreases(Iterate from, Iterate to, double length, double slope) =>
        to.IsFinite && to.Value < from.Value && to.Value <= from.Value + (0.1 * length * slope);

    private Iterate Along(Iterate from, double[] direction, double length)
    {
        double[] point = new double[direction.Length];
        TensorPrimitives.MultiplyAdd(direction, length, from.Point, point);
        options.Bounds?.Project(point);
        return At(point);
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
