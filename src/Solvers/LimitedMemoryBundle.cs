using System.Numerics.Tensors;

namespace ConservativeAD.Solvers;

/// <summary>
/// The limited-memory bundle method for many variables (M. Haarala, K. Miettinen and M. Mäkelä, Optim. Methods Softw. 2004; Math. Program. 109, 2007), with
/// bounds (N. Karmitsa and M. Mäkelä, Optimization 59, 2010). A step goes along −D·a, where a is an aggregate of subgradients and D a limited-memory matrix.
/// It is a serious step if F decreases enough; otherwise it is a null step, whose subgradient enters the aggregate. Time and memory of an iteration are linear
/// in the number of variables.
/// </summary>
/// <remarks>
/// The papers (sections 2 and 3) aggregate three subgradients: those at the centre and at the trial point, and the last aggregate. Here more are kept, because
/// null steps then need fewer evaluations. Serious steps satisfy the weak Wolfe conditions, so that each has a pair for D; null steps correct D by SR1 updates.
/// With bounds, the path of the projected aggregate tells which variables are fixed at a bound, and D acts on the others.
/// </remarks>
/// <param name="memory">The number of pairs of steps and gradient changes to keep.</param>
/// <param name="largestBundle">The most subgradients to aggregate besides the one at the centre.</param>
public sealed class LimitedMemoryBundle(int memory = 30, int largestBundle = 10) : NonsmoothSolver
{
    // The names of these constants in the papers are ε_L, ε_R and γ.
    private const double SeriousDecrease = 0.01;
    private const double NullSlope = 0.25;
    private const double Distance = 0.5;
    private const double SlopeRise = 0.9;

    // A subgradient whose locality measure is above this times w says nothing of the centre; the step is then halved further.
    private const double MostError = 1000;
    private const int MostCorrections = 20;
    private const int MostTrials = 60;
    private const int MostRounds = 20;
    private const int CheckingSteps = 5;
    private const double FirstRadius = 1e-3;
    private const double Worthwhile = 1e-10;
    private const double Certain = 0.1;
    private const double Rounding = 1e-15;
    private const double LeastStopping = 1e-18;

    // A sequence of null steps ends if a block of them does not halve the stopping value.
    private const int NullBlock = 300;
    private const double WorthwhileBlock = 0.5;

    // Variables are freed only during these first null steps after a serious step, so that the sequence converges.
    private const int NullsOfRelease = 50;
    private const int MostProjections = 5;

    // With more variables than this the collected subgradients are too few for Goldstein steps to help.
    private const int MostVariablesOfSteps = 200;

    private readonly int memory = memory >= 1
        ? memory
        : throw new ArgumentOutOfRangeException(nameof(memory), memory, $"A memory of {memory} pairs was given; it must be at least 1.");

    private readonly int largestBundle = largestBundle >= 2
        ? largestBundle
        : throw new ArgumentOutOfRangeException(nameof(largestBundle), largestBundle,
            $"A bundle of {largestBundle} subgradients was given; it must hold at least 2.");

    /// <inheritdoc/>
    public override string Name => "lmbm";

    private protected override bool TakesBounds => true;

    private protected override void Run(SubgradientOracle oracle, SolverOptions options)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            double before = oracle.Best.Value;
            bool isCertified = Descend(oracle, options);
            if (oracle.IsSpent || oracle.IsUnbounded)
                return;
            int n = oracle.Best.Point.Length;
            if (options.Bounds is null && n <= MostVariablesOfSteps)
            {
                if (isCertified && GoldsteinDescent.Run(oracle, oracle.Best, options, FirstRadius, false, CheckingSteps).IsStationary)
                    return;
                GoldsteinDescent.Run(oracle, oracle.Best, options, round % 2 == 0 ? options.Radius : FirstRadius, false, 20 * (n + 10));
            }

            if (before - oracle.Best.Value <= Worthwhile * Math.Max(1, Math.Abs(before)))
                return;
        }
    }

    // Whether the centre is stationary according to the aggregate.
    private bool Descend(SubgradientOracle oracle, SolverOptions options)
    {
        Iterate centre = oracle.Best;
        LimitedMemoryMetric metric = new(memory, MostCorrections);
        SubgradientBundle bundle = new(metric, largestBundle);
        metric.Reset(1 / Math.Max(1, TensorPrimitives.Norm<double>(centre.Gradient)));
        bundle.Restart(centre.Gradient);
        int nulls = 0;
        double mark = double.PositiveInfinity;
        while (!oracle.IsSpent && !oracle.IsUnbounded)
        {
            (double[] direction, bool isNewton) = Direction(centre, bundle, metric, options.Bounds, nulls < NullsOfRelease);
            double slope = TensorPrimitives.Dot<double>(bundle.Aggregate, direction), stopping = -slope + (2 * bundle.AggregateError);
            oracle.StoppingValue = Math.Max(0, stopping);
            if (bundle.AggregateError <= Certain * options.Tolerance && Residual(centre, bundle.Aggregate, options.Bounds) <= Certain * options.Tolerance)
                return true;
            if (!(slope < 0) || !(stopping > Math.Max(LeastStopping, Rounding * Math.Abs(centre.Value))) || !double.IsFinite(stopping))
                return false;
            if (nulls % NullBlock == 0)
            {
                if (nulls > 0 && stopping > WorthwhileBlock * mark)
                    return false;
                mark = stopping;
            }

            if (Search(oracle, centre, direction, stopping, options.Bounds) is not { } trial)
                return false;
            double[] step = new double[direction.Length], change = new double[direction.Length];
            TensorPrimitives.Subtract(trial.At.Point, centre.Point, step);
            TensorPrimitives.Subtract(trial.At.Gradient, centre.Gradient, change);
            if (trial.IsSerious)
            {
                metric.Move(step, change);
                centre = trial.At;
                bundle.Restart(centre.Gradient);
                nulls = 0;
                continue;
            }

            nulls++;

            bundle.Add(trial.At.Gradient, trial.Error);

            // ⟨s, D⁻¹s⟩ of s = −t·D·a is −t⟨a, s⟩.
            double size = -trial.Length * TensorPrimitives.Dot<double>(metric.Free(bundle.Aggregate), step);
            if (isNewton && metric.Correct(step, change, size) is { } correction)
                bundle.Correct(correction.Vector, correction.Divisor);
            bundle.Solve();
        }

        return false;
    }

    // ‖a‖, or with bounds how far the projection of x − a is from x.
    private static double Residual(Iterate centre, double[] aggregate, VariableBounds? bounds)
    {
        if (bounds is null)
            return TensorPrimitives.Norm<double>(aggregate);
        double[] point = new double[aggregate.Length];
        TensorPrimitives.Subtract(centre.Point, aggregate, point);
        bounds.Project(point);
        return TensorPrimitives.Distance<double>(point, centre.Point);
    }

    // The step, and whether it is −D·a in all variables that are not fixed. With bounds, the path of the projection of x − t·a tells which variables are fixed,
    // and so do the bounds that x − D·a crosses. Fixed variables move to where the path ends.
    private static (double[] Step, bool IsNewton) Direction(Iterate centre, SubgradientBundle bundle, LimitedMemoryMetric metric, VariableBounds? bounds,
        bool mayRelease)
    {
        double[] aggregate = bundle.Aggregate, target = metric.Times(aggregate), direction = new double[aggregate.Length];
        if (bounds is null)
        {
            TensorPrimitives.Negate(target, direction);
            return (direction, true);
        }

        // The path is as long as −D·a, which becomes shorter with each correction of D.
        double free = TensorPrimitives.SumOfSquares<double>(metric.Free(aggregate)), curvature = TensorPrimitives.Dot<double>(aggregate, target);
        double[] path = new double[aggregate.Length];
        TensorPrimitives.MultiplyAdd(aggregate, free > 0 && curvature > 0 ? -curvature / free : -metric.Scale, centre.Point, path);
        bounds.Project(path);
        bool[] isFixed = new bool[path.Length];
        for (int i = 0; i < path.Length; i++)
            isFixed[i] = bounds.Blocks(i, path[i], -aggregate[i]) || (!mayRelease && metric.Fixed is { } held && held[i]);
        bool hasChanged = false, isNewton = false;
        double[] end = [.. path];
        for (int attempt = 0; attempt < MostProjections && !isNewton; attempt++)
        {
            hasChanged |= metric.Fix(Array.IndexOf(isFixed, true) >= 0 ? [.. isFixed] : null);
            TensorPrimitives.Subtract(centre.Point, metric.Times(aggregate), target);
            double[] projected = [.. target];
            bounds.Project(projected);
            isNewton = true;
            for (int i = 0; i < end.Length; i++)
            {
                if (isFixed[i])
                    continue;
                end[i] = projected[i];
                isFixed[i] = projected[i] != target[i];
                isNewton &= !isFixed[i];
            }
        }

        TensorPrimitives.Subtract(end, centre.Point, direction);
        TensorPrimitives.Subtract(path, centre.Point, path);

        // Projection can turn a step upwards; the one along the path is always downwards.
        if (!(TensorPrimitives.Dot<double>(aggregate, direction) <= SeriousDecrease * TensorPrimitives.Dot<double>(aggregate, path)))
            (direction, isNewton) = (path, false);
        bundle.Moved = metric.Fixed is null ? null : metric.Held(direction);
        if (hasChanged)
            bundle.Refresh();
        return (direction, isNewton);
    }

    // Halves and doubles the step until it is serious, with a slope that has risen enough, or null; null if neither is found.
    private static Trial? Search(SubgradientOracle oracle, Iterate centre, double[] direction, double promised, VariableBounds? bounds)
    {
        double low = 0, high = double.PositiveInfinity, length = 1, reach = bounds?.Reach(centre.Point, direction) ?? double.PositiveInfinity;
        double square = TensorPrimitives.SumOfSquares<double>(direction);
        double[] point = new double[direction.Length];
        Iterate? serious = null;
        for (int i = 0; i < MostTrials && !oracle.IsSpent && !oracle.IsUnbounded; i++)
        {
            TensorPrimitives.MultiplyAdd(direction, length, centre.Point, point);
            bounds?.Project(point);
            Iterate at = oracle.At(point);
            double slope = TensorPrimitives.Dot<double>(at.Gradient, direction);
            if (at.IsFinite && at.Value < centre.Value && at.Value <= centre.Value - (SeriousDecrease * length * promised))
            {
                serious = at;
                if (slope >= -SlopeRise * promised || length >= reach)
                    break;
                low = length;
            }
            else
            {
                high = length;
                double error = Math.Max(Math.Abs(centre.Value - at.Value + (length * slope)), Distance * length * length * square);
                if (serious is null && at.IsFinite && error <= MostError * promised && slope - error >= -NullSlope * promised)
                    return new Trial(at, false, length, error);
            }

            double next = double.IsFinite(high) ? 0.5 * (low + high) : Math.Min(2 * low, Math.Max(reach, low));
            if (next == length || next == low)
                break;
            length = next;
        }

        return serious is null ? null : new Trial(serious, true, length, 0);
    }

    /// <summary>A point found along a direction.</summary>
    /// <param name="At">The point.</param>
    /// <param name="IsSerious">Whether F decreases enough there.</param>
    /// <param name="Length">The length of the step to it, relative to the direction.</param>
    /// <param name="Error">The locality measure of its subgradient.</param>
    private readonly record struct Trial(Iterate At, bool IsSerious, double Length, double Error);
}
