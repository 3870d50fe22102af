using System.Diagnostics;
using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>A run of a method for constrained problems: evaluates, counts, scales, and keeps the current point and what was evaluated around it.</summary>
internal sealed class ConstrainedRun
{
    // Functions whose gradients at the start are shorter than the one or longer than the other are divided by the gradient's length.
    private const double ShortGradient = 1e-4, LongGradient = 1e4, LargestScale = 1e8;

    // Violations below this are rounding errors, whatever a constraint's gradient.
    private const double LeastSlope = 1e-8;

    private const double Rounding = 4e-16;
    private const int LeastMeasured = 160;

    private readonly ConstrainedProblem problem;
    private readonly SolverOptions options;
    private readonly IProgress<ConstrainedProgress>? progress;
    private readonly CancellationToken cancellation;
    private readonly List<ConstrainedProgress> trace = [];
    private readonly Queue<ConstrainedIterate> recent = new();
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly int inequalities, equalities, kept;
    private ConstrainedIterate at;

    public ConstrainedRun(ConstrainedProblem problem, ReadOnlySpan<double> start, SolverOptions options, ConstrainedResult? warmStart,
        IProgress<ConstrainedProgress>? progress, CancellationToken cancellation)
    {
        (this.problem, this.options, this.progress, this.cancellation) = (problem, options, progress, cancellation);
        double[] first = start.ToArray();
        if (problem.Bounds is { } bounds)
        {
            if (bounds.Dimension != first.Length)
                throw new ArgumentException($"The problem has bounds of {bounds.Dimension} variables; a start of {first.Length} was given.", nameof(start));
            bounds.Project(first);
        }

        cancellation.ThrowIfCancellationRequested();
        ConstrainedRecord record = problem.Record(first, options.Selections, true);
        (inequalities, equalities) = (record.Values.Inequalities.Count, record.Values.Equalities.Count);
        kept = 4 * (first.Length + 10);
        ObjectiveScale = ScaleOf(record.Gradient);
        Scales = [.. record.Rows.Select(ScaleOf)];
        Evaluations = 1;
        at = Scaled(first, record);
        if (!at.IsFinite)
            throw new ArgumentException($"At the start the values are {record.Values}, or a gradient is not finite; a method needs a start, feasible or not, "
                + "where all are finite.", nameof(start));
        recent.Enqueue(at);
        if (warmStart is not null)
        {
            if (warmStart.Point.Count != first.Length || warmStart.InequalityMultipliers.Count != inequalities
                || warmStart.EqualityMultipliers.Count != equalities)
                throw new ArgumentException("The result to start from is of a problem with other numbers of variables or constraints.", nameof(warmStart));
            Share = Math.Min(1, ObjectiveScale * warmStart.Share);
        }

        Report();
    }

    /// <summary>The number that f is divided by.</summary>
    public double ObjectiveScale { get; }

    /// <summary>The numbers that the constraints are divided by.</summary>
    public double[] Scales { get; }

    /// <summary>μ: the share of the objective in the exact penalty function μ·f + v.</summary>
    public double Share { get; set; } = 1;

    public int Evaluations { get; private set; }

    public int Iterations { get; set; }

    /// <summary>The quasi-Newton matrix; null for the identity.</summary>
    public IInverseHessian? Metric { get; set; }

    /// <summary>The point around which gradients were gathered last, and did not suffice.</summary>
    public ConstrainedIterate? Probed { get; set; }

    public VariableBounds? Bounds => problem.Bounds;

    public int Dimension => at.Point.Length;

    public ConstrainedIterate At
    {
        get => at;
        set
        {
            at = value;
            Report();
        }
    }

    public bool IsOutOfTime => options.TimeLimit is { } limit && Stopwatch.GetElapsedTime(started) >= limit;

    public bool IsSpent => Evaluations >= options.EvaluationLimit || IsOutOfTime;

    /// <summary>Whether f is below the value that counts as unbounded, at a feasible point.</summary>
    public bool IsUnbounded => at.Value * ObjectiveScale <= options.UnboundedBelow && IsFeasible(at);

    public IReadOnlyList<ConstrainedProgress> Trace => trace;

    /// <summary>The radius of the ball around a point in which gradients count for its stationarity.</summary>
    public double Radius => options.Radius * Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude<double>(at.Point)));

    /// <summary>The limits of a final measure: the cost of the run, or that of a run of some length where it was short.</summary>
    public MeasureLimits MeasureLimits() => Solvers.MeasureLimits.After(Math.Max(Evaluations, LeastMeasured * (Dimension + 10)), Dimension,
        () => (1.1 * options.TimeLimit) - Stopwatch.GetElapsedTime(started));

    /// <summary>Evaluates at a point, which is moved into the bounds.</summary>
    public ConstrainedIterate Evaluate(double[] point)
    {
        cancellation.ThrowIfCancellationRequested();
        double[] copy = [.. point];
        problem.Bounds?.Project(copy);
        Evaluations++;
        ConstrainedRecord record = problem.Record(copy, options.Selections, true);
        if (record.Values.Inequalities.Count != inequalities || record.Values.Equalities.Count != equalities)
            throw new InvalidOperationException($"The problem had {inequalities} inequalities and {equalities} equalities at the start, and now has "
                + $"{record.Values.Inequalities.Count} and {record.Values.Equalities.Count}.");
        ConstrainedIterate iterate = Scaled(copy, record);
        if (!iterate.IsFinite)
            return iterate;
        recent.Enqueue(iterate);
        if (recent.Count > kept)
            recent.Dequeue();
        return iterate;
    }

    /// <summary>Evaluates at a step from a point.</summary>
    public ConstrainedIterate Evaluate(ConstrainedIterate from, double[] direction, double length)
    {
        double[] point = new double[direction.Length];
        TensorPrimitives.MultiplyAdd(direction, length, from.Point, point);
        for (int i = 0; i < point.Length && problem.Bounds is { } bounds; i++)
        {
            // The sum may miss a bound by its rounding error.
            double error = Rounding * Math.Abs(from.Point[i]);
            if (Math.Abs(point[i] - bounds.Lower[i]) <= error)
                point[i] = bounds.Lower[i];
            else if (Math.Abs(point[i] - bounds.Upper[i]) <= error)
                point[i] = bounds.Upper[i];
        }

        return Evaluate(point);
    }

    /// <summary>The current point, and the recent ones within a radius of it.</summary>
    public List<ConstrainedIterate> Around(double radius) => [at, .. recent.Where(other =>
        !ReferenceEquals(other, at) && TensorPrimitives.Distance<double>(other.Point, at.Point) <= radius)];

    /// <summary>
    /// Whether every constraint is violated by at most the tolerance, in its own units and to first order in those of the variables: a constraint whose
    /// gradient is short must be violated by less, in proportion.
    /// </summary>
    /// <param name="iterate">The point.</param>
    /// <param name="part">The part of the tolerance that is allowed.</param>
    public bool IsFeasible(ConstrainedIterate iterate, double part = 1)
    {
        for (int i = 0; i < Scales.Length; i++)
        {
            double violation = Scales[i] * (i < inequalities ? iterate.Constraints[i] : Math.Abs(iterate.Constraints[i]));
            double slope = Scales[i] * Vectors.Norm(iterate.Rows[i]);
            if (violation > part * options.FeasibilityTolerance * Math.Clamp(slope, LeastSlope, 1))
                return false;
        }

        return true;
    }

    private static double ScaleOf(double[] gradient)
    {
        double norm = Vectors.Norm(gradient);
        return norm is > 0 and < ShortGradient or > LongGradient and < double.PositiveInfinity
            ? Math.ScaleB(1, Math.ILogB(Math.Clamp(norm, 1 / LargestScale, LargestScale)))
            : 1;
    }

    private ConstrainedIterate Scaled(double[] point, ConstrainedRecord record)
    {
        double[] constraints = [.. record.Values.Inequalities.Concat(record.Values.Equalities).Select((value, i) => value / Scales[i])];
        double[][] rows = [.. record.Rows.Select((row, i) => Vectors.Scaled(row, 1 / Scales[i]))];
        return new ConstrainedIterate(point, record.Values.Objective / ObjectiveScale, Vectors.Scaled(record.Gradient, 1 / ObjectiveScale), constraints, rows,
            inequalities);
    }

    private void Report()
    {
        double worst = 0;
        for (int i = 0; i < Scales.Length; i++)
            worst = Math.Max(worst, Scales[i] * (i < inequalities ? at.Constraints[i] : Math.Abs(at.Constraints[i])));
        ConstrainedProgress now = new(Evaluations, at.Value * ObjectiveScale, worst, 1 / (Share * ObjectiveScale));
        trace.Add(now);
        progress?.Report(now);
    }
}
