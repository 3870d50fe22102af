using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>
/// Sequential quadratic programming with BFGS on the exact penalty function μ·f + Σmax(gᵢ, 0) + Σ|hⱼ|: a quadratic subproblem gives the direction, steering
/// chooses μ, and a weak Wolfe line search the step (F. Curtis, T. Mitchell and M. Overton, A BFGS-SQP method for nonsmooth, nonconvex, constrained optimization
/// and its evaluation using relative minimization profiles, Optim. Methods Softw. 32, 2017). It ends when gradients at the point and around it combine to a
/// short vector, with multipliers of the constraints. Where the line search fails, steps of a bundle method around the point go on, and BFGS starts again.
/// </summary>
/// <param name="memory">The number of pairs to keep, for problems with many variables; null for the full matrix.</param>
public sealed class BfgsSqp(int? memory = null) : ConstrainedSolver
{
    private const int MaximumRestarts = 30;
    private const double Worthwhile = 1e-14;

    // Steps of a length within this many radii may end the method.
    private const double ShortStep = 1e3;
    private const int CheckEvery = 10;

    private readonly int? memory = memory is not < 1
        ? memory
        : throw new ArgumentOutOfRangeException(nameof(memory), memory, $"A memory of {memory} pairs was given; it must be at least 1.");

    /// <inheritdoc/>
    public override string Name => memory is null ? "bfgs-sqp" : "lbfgs-sqp";

    private protected override IInverseHessian? Usable(IInverseHessian metric) =>
        memory is null == metric is DenseInverseHessian ? metric : null;

    private protected override void Run(ConstrainedRun run, SolverOptions options)
    {
        int idle = 0;
        for (int restart = 0; restart < MaximumRestarts && idle < 3; restart++)
        {
            (double before, double share) = (run.At.Penalised(run.Share), run.Share);
            if (Descend(run, options) || run.IsSpent || run.IsUnbounded || Probe(run, options))
                return;
            if (PenaltyBundle.Descend(run, options, restart % 2 == 0 ? 1e-4 : 1e-2, 20 * (run.Dimension + 10)) || run.IsSpent || run.IsUnbounded)
                return;
            idle = run.Share == share && before - run.At.Penalised(share) <= Worthwhile * Math.Max(1, Math.Abs(before)) ? idle + 1 : 0;
            run.Metric = null;
        }
    }

    // Whether the point is stationary, for the penalty function or for the violation alone.
    private bool Descend(ConstrainedRun run, SolverOptions options)
    {
        int n = run.Dimension;
        IInverseHessian metric = run.Metric ??= memory is { } pairs ? new LimitedMemoryInverseHessian(pairs) : new DenseInverseHessian(n);
        for (int iteration = 1; !run.IsSpent && !run.IsUnbounded; iteration++)
        {
            run.Iterations++;
            ConstrainedIterate at = run.At;
            SequentialQuadratic subproblem = new(at, metric, run.Bounds);
            (double[] step, run.Share) = Steering.Choose(run.Share, at.Violation, () => EnoughShare(run), subproblem.Step, at.LinearViolation);
            double length = TensorPrimitives.Norm<double>(step);
            if (!double.IsFinite(length))
                return false;
            if ((length <= ShortStep * run.Radius || iteration % CheckEvery == 0) && IsCertified(run, options))
                return true;
            double slope = (run.Share * TensorPrimitives.Dot<double>(at.Gradient, step)) + at.LinearViolation(step) - at.Violation;
            if (!(slope < 0) || Search(run, at, step, slope, metric.IsFresh ? 1 / Math.Max(1, length) : 1) is not { } next)
                return false;
            double[] moved = new double[n], change = new double[n];
            TensorPrimitives.Subtract(next.Point, at.Point, moved);
            TensorPrimitives.Subtract(next.PenalisedGradient(run.Share), at.PenalisedGradient(run.Share), change);
            metric.Update(moved, change);
            run.At = next;
        }

        return false;
    }

    private static ConstrainedIterate? Search(ConstrainedRun run, ConstrainedIterate from, double[] direction, double slope, double first)
    {
        Dictionary<double, ConstrainedIterate> seen = [];
        (double Value, double Slope) Along(double length)
        {
            ConstrainedIterate at = seen[length] = run.Evaluate(from, direction, length);
            if (!at.IsFinite)
                return (double.NaN, double.NaN);
            double[] gradient = at.PenalisedGradient(run.Share);
            double rise = 0;
            for (int i = 0; i < direction.Length; i++)
            {
                // A variable that has come to its bound stays there.
                if (run.Bounds is null || !run.Bounds.Blocks(i, at.Point[i], direction[i]))
                    rise += gradient[i] * direction[i];
            }

            return (from.PenalisedChange(at, run.Share), rise);
        }

        (double? found, _) = WeakWolfe.Search(Along, first, 0, slope,
            () => run.IsSpent || seen.Values.LastOrDefault()?.Value * run.ObjectiveScale < -1e300);
        return found is { } length ? seen[length] : null;
    }
}
