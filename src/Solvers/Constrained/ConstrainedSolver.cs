using System.Globalization;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>The base of the methods for constrained problems: runs them, and measures feasibility and stationarity at the end.</summary>
public abstract class ConstrainedSolver : IConstrainedSolver
{
    // A penalty above this, relative to the sizes of the functions, is told, because multipliers may not exist.
    private const double LargePenalty = 1e5;

    // Methods go on until gradients within this part of the radius suffice, and violations are within this part of their tolerance, so that values are more
    // accurate than the two allow.
    private const double CertifiedPart = 1e-2;
    private const int ProbesPerVariable = 6;

    private protected ConstrainedSolver()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public ConstrainedResult Minimize(ConstrainedProblem problem, ReadOnlySpan<double> start, SolverOptions? options = null,
        ConstrainedResult? warmStart = null, IProgress<ConstrainedProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        options ??= new SolverOptions();
        options.Check();
        if (options.Bounds is not null)
            throw new ArgumentException("Bounds were given with the options; those of a constrained problem belong to the problem.", nameof(options));
        if (options.Subgradient != SubgradientChoice.Conservative)
            throw new ArgumentException($"{options.Subgradient} gradients were asked for; {Name} takes those of backpropagation.", nameof(options));
        ConstrainedRun run = new(problem, start, options, warmStart, progress, cancellation);
        try
        {
            run.Metric = warmStart?.Metric is { } metric ? Usable(metric)?.Copy() : null;
            Run(run, options);
            return Finished(problem, run, options, cancellation);
        }
        catch (OperationCanceledException cancelled) when (cancellation.IsCancellationRequested)
        {
            Iterate at = new(run.At.Point, run.At.Value * run.ObjectiveScale, run.At.Gradient);
            throw new SolverCanceledException(at, run.Evaluations, cancelled);
        }
    }

    /// <summary>Runs the method until it ends.</summary>
    private protected abstract void Run(ConstrainedRun run, SolverOptions options);

    /// <summary>The matrix of another run, if this method can start from it.</summary>
    private protected virtual IInverseHessian? Usable(IInverseHessian metric) => null;

    /// <summary>
    /// Whether gradients at the current point and around it combine to a vector within the tolerance, at a feasible point.
    /// </summary>
    private protected static bool IsCertified(ConstrainedRun run, SolverOptions options)
    {
        double radius = CertifiedPart * run.Radius;
        return run.IsFeasible(run.At, CertifiedPart)
            && Multipliers.Of(run.Around(radius), radius, run.Bounds).Distance * run.ObjectiveScale <= 0.5 * options.Tolerance;
    }

    /// <summary>
    /// Like <see cref="IsCertified"/>, and takes gradients at points around the current one until they suffice or are too many: along the negative of the
    /// shortest vector so far, where from a kink on the gradients are that it lacks most, beside it, and at random.
    /// </summary>
    private protected static bool Probe(ConstrainedRun run, SolverOptions options)
    {
        if (!run.IsFeasible(run.At, CertifiedPart))
            return false;
        double radius = CertifiedPart * run.Radius;
        if (run.Probed is { } before && TensorPrimitives.Distance<double>(before.Point, run.At.Point) <= radius)
            return IsCertified(run, options);
        int n = run.Dimension;
        double[] aside = new double[n];
        List<ConstrainedIterate> points = run.Around(radius);
        for (int draw = 0; !run.IsSpent; draw++)
        {
            Multipliers found = Multipliers.Of(points, radius, run.Bounds);
            if (found.Distance * run.ObjectiveScale <= 0.5 * options.Tolerance)
                return true;
            if (draw == ProbesPerVariable * (n + 5))
                break;
            Philox.For(options.Seed, (uint)Streams.Probes, (ulong)draw).Normal<double>(aside, 0, 1);
            TensorPrimitives.Multiply(aside, (draw % 3 == 0 ? 0 : 0.5) * radius / TensorPrimitives.Norm<double>(aside), aside);
            TensorPrimitives.MultiplyAdd(found.Shortest, (draw % 3 == 2 ? 0 : -0.5) * radius / found.Distance, aside, aside);
            ConstrainedIterate probe = run.Evaluate(run.At, aside, 1);
            if (probe.IsFinite)
                points.Add(probe);
        }

        run.Probed = run.At;
        return false;
    }

    /// <summary>
    /// A share of the objective at which the penalty is high enough around the current point: any where it is feasible; else half of the share at which the
    /// multipliers of least residual there would reach those of the penalty function.
    /// </summary>
    private protected static double EnoughShare(ConstrainedRun run)
    {
        if (run.IsFeasible(run.At))
            return double.PositiveInfinity;
        double largest = Multipliers.Of([run.At], run.Radius, run.Bounds).Constraints.Max(Math.Abs);
        return 0.5 / largest;
    }

    private static ConstrainedResult Finished(ConstrainedProblem problem, ConstrainedRun run, SolverOptions options, CancellationToken cancellation)
    {
        ConstrainedIterate at = run.At;
        ConstrainedValues values = problem.At(at.Point);
        SolverOptions measured = options with { Bounds = problem.Bounds };
        int inequalities = at.Inequalities;
        double[] multipliers = [];
        StationarityMeasure? stationarity = null;

        // The multipliers of the point alone suffice where the functions that matter are smooth there.
        double[] radii = [0, CertifiedPart * run.Radius, run.Radius];
        foreach (double radius in radii)
        {
            List<ConstrainedIterate> points = run.Around(radius);
            if (points.Count == 1 && stationarity is not null)
                continue;
            Multipliers known = Multipliers.Of(points, run.Radius, run.Bounds);
            if (radius < run.Radius && known.Distance * run.ObjectiveScale > options.Tolerance)
                continue;
            double[] found = [.. known.Constraints.Select((value, i) => value * run.ObjectiveScale / run.Scales[i])];
            Objective lagrangian = problem.Lagrangian(found[..inequalities], found[inequalities..]);
            StationarityMeasure measure = OfPoints(lagrangian, points, radius, measured);
            if (points.Count == 1 || measure.Value > options.Tolerance)
                measure = StationarityMeasure.Of(lagrangian, at.Point, measured, run.MeasureLimits(), cancellation);
            if (stationarity is null || measure.Value < stationarity.Value)
                (stationarity, multipliers) = (measure, found);
            if (stationarity.Value <= options.Tolerance)
                break;
        }

        bool isFeasible = run.IsFeasible(at);
        double complementarity = values.Inequalities.Concat(values.Equalities).Select((value, i) => Math.Abs(value * multipliers[i])).Append(0).Max();
        StationarityMeasure? violation = isFeasible ? null : StationarityMeasure.Of(
            problem.Violation([.. run.Scales.Take(inequalities).Select(scale => 1 / scale)], [.. run.Scales.Skip(inequalities).Select(scale => 1 / scale)]),
            at.Point, measured, run.MeasureLimits(), cancellation);

        // Where a step of the point's own size might remove the violation, a short gradient does not show that nothing does.
        bool isStuck = violation is not null && violation.Value <= options.Tolerance
            && at.Violation >= violation.Value * Math.Max(1, at.Point.Max(Math.Abs));
        StopReason reason = run.IsUnbounded ? StopReason.UnboundedBelow
            : isFeasible && stationarity!.Value <= options.Tolerance && complementarity <= options.Tolerance * Math.Max(1, Math.Abs(values.Objective))
                ? StopReason.Stationary
            : isStuck ? StopReason.InfeasibleStationary
            : run.IsOutOfTime ? StopReason.TimeLimit : run.IsSpent ? StopReason.EvaluationLimit : StopReason.NoProgress;
        ConstrainedResult result = new()
        {
            Point = at.Point,
            Values = values,
            IsFeasible = isFeasible,
            InequalityMultipliers = multipliers[..inequalities],
            EqualityMultipliers = multipliers[inequalities..],
            Stationarity = stationarity!,
            Complementarity = complementarity,
            ViolationStationarity = violation,
            Penalty = 1 / (run.Share / run.ObjectiveScale),
            Iterations = run.Iterations,
            Evaluations = run.Evaluations,
            Reason = reason,
            Explanation = "",
            Trace = run.Trace,
            Metric = run.Metric?.Copy(),
        };
        return result with { Explanation = Explain(result, run) };
    }

    // The distance of the hull of Clarke gradients at given points, and of the normals of the box, from 0.
    private static StationarityMeasure OfPoints(Objective objective, List<ConstrainedIterate> points, double radius, SolverOptions options)
    {
        List<ConstrainedIterate> measured = [];
        foreach (ConstrainedIterate point in points)
        {
            ClarkeElement element = Clarke.Gradient(objective, point.Point, options.Seed + (ulong)measured.Count);
            ConstrainedIterate one = new(point.Point, element.Value, element.Gradient, [], [], 0);
            if (one.IsFinite)
                measured.Add(one);
        }

        double distance = measured.Count > 0 ? Multipliers.Of(measured, radius, options.Bounds).Distance : double.PositiveInfinity;
        return new StationarityMeasure(StationarityKind.GoldsteinResidual, distance, radius, points.Count, null);
    }

    private static string Explain(ConstrainedResult result, ConstrainedRun run)
    {
        string Number(double value) => value.ToString("0.0E+0", CultureInfo.InvariantCulture);
        string worst = $"inequalities are violated by at most {Number(result.Values.InequalityViolation)}, equalities by "
            + Number(result.Values.EqualityViolation);
        string measured = $"the residual of the conditions of optimality is {Number(result.Stationarity.Value)}";
        string end = result.Reason switch
        {
            StopReason.Stationary => $"Feasible and stationary: {worst}; {measured}.",
            StopReason.InfeasibleStationary => $"Infeasible: {worst}; no direction lowers the sum of violations to first order, whose subdifferential is "
                + $"{Number(result.ViolationStationarity!.Value)} away from 0. The constraints may contradict each other, or do so around this point.",
            StopReason.UnboundedBelow => $"Unbounded: the objective is {Number(result.Value)}, and {worst}.",
            StopReason.EvaluationLimit => $"The evaluations are used up: {worst}; {measured}.",
            StopReason.TimeLimit => $"The time is up: {worst}; {measured}.",
            _ => $"No step makes progress, but the point is not known to be {(result.IsFeasible ? "stationary" : "feasible")}: {worst}; {measured}.",
        };
        return run.Share * LargePenalty < 1
            ? $"{end} The penalty grew to {Number(result.Penalty)}; at such points multipliers may not exist, as where active constraints have no common "
                + "direction of descent."
            : end;
    }
}
