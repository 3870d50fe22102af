using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>
/// Sequential quadratic programming with BFGS on the exact penalty function μ·f + Σmax(gᵢ, 0) + Σ|hⱼ|: a quadratic subproblem gives the direction, steering
/// chooses μ, and a weak Wolfe line search the step (F. Curtis, T. Mitchell and M. Overton, A BFGS-SQP method for nonsmooth, nonconvex, constrained
/// optimization and its evaluation using relative minimization profiles, Optim. Methods Softw. 32, 2017). Unlike there, the changes that BFGS learns from are
/// those of the gradient of the Lagrange function, damped, not of the penalty function: the subproblem knows the constraints, and need not learn their kinks.
/// It ends when gradients at the point and around it combine to a short vector, with multipliers of the constraints. Where the line search fails, steps of a
/// bundle method around the point go on, and BFGS starts again.
/// </summary>
/// <param name="memory">The number of pairs to keep, for problems with many variables; null for the full matrix.</param>
public sealed class BfgsSqp(int? memory = null) : ConstrainedSolver
{
    private const int MaximumRestarts = 30;
    // Steps that raise the violation by more than this are too long, although a penalty function with a penalty that is too low for them may fall.
    private const double LargestViolation = 10;
    private const double Worthwhile = 1e-14;
    private const double LeastCurvature = 0.2;
    private const double Gaining = 1e-10;

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
            bool isDone;
            do
            {
                // An ill-conditioned matrix can end the steps early; the identity goes on as long as it gains.
                (double start, double from) = (run.At.Penalised(run.Share), run.Share);
                isDone = Descend(run, options);
                double gain = run.Share == from ? start - run.At.Penalised(from) : double.PositiveInfinity;
                if (isDone || gain <= Gaining * Math.Max(1, Math.Abs(start)))
                    break;
                run.Metric = null;
            }
            while (!run.IsSpent && !run.IsUnbounded);
            if (isDone || run.IsSpent || run.IsUnbounded || Probe(run, options))
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
            double[] moved = new double[n], change = subproblem.LagrangianChange(next, run.Share);
            TensorPrimitives.Subtract(next.Point, at.Point, moved);
            Damp(change, moved, subproblem.Image(run.Share), length);
            metric.Update(moved, change);
            run.At = next;
        }

        return false;
    }

    // The change is mixed with what the model had for it, so that the curvature along the step is at least a part of the model's (M. Powell, A fast algorithm
    // for nonlinearly constrained optimization calculations, 1978).
    private static void Damp(double[] change, double[] moved, double[] image, double length)
    {
        double taken = TensorPrimitives.Norm<double>(moved) / length;
        double curvature = TensorPrimitives.Dot<double>(moved, change), model = taken * TensorPrimitives.Dot<double>(moved, image);
        if (curvature >= LeastCurvature * model || !(model > 0))
            return;
        double part = (1 - LeastCurvature) * model / (model - curvature);
        TensorPrimitives.Multiply(change, part, change);
        TensorPrimitives.MultiplyAdd(image, (1 - part) * taken, change, change);
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

            if (at.Violation > LargestViolation * (1 + from.Violation))
                return (double.NaN, double.NaN);
            return (from.PenalisedChange(at, run.Share), rise);
        }

        (double? found, _) = WeakWolfe.Search(Along, first, 0, slope,
            () => run.IsSpent || seen.Values.LastOrDefault()?.Value * run.ObjectiveScale < -1e300);
        return found is { } length ? seen[length] : null;
    }
}
