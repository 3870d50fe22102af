using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>
/// BFGS with a weak Wolfe line search on nonsmooth functions (A. Lewis and M. Overton, Math. Program. 2013). When the line search fails, Goldstein steps over
/// shrinking balls continue, as gradient sampling does in HANSO, and BFGS restarts from their result. The method ends when they find the point stationary or
/// find no better one.
/// </summary>
/// <param name="memory">The number of pairs to keep, for problems with many variables; null for the full matrix (J. Nocedal, Math. Comp. 1980, for the limited
/// form).</param>
public sealed class NonsmoothBfgs(int? memory = null) : NonsmoothSolver
{
    private const double FirstRadius = 1e-2;
    private const double Worthwhile = 1e-9;
    private const int MaximumRestarts = 30;
    private const int BlockPerVariable = 20;
    private const double Creeping = 1e-3;
    private const double Converging = 0.1;

    private readonly int? memory = memory is not < 1
        ? memory
        : throw new ArgumentOutOfRangeException(nameof(memory), memory, $"A memory of {memory} pairs was given; it must be at least 1.");

    /// <inheritdoc/>
    public override string Name => memory is null ? "bfgs" : "lbfgs";

    private protected override void Run(SubgradientOracle oracle, SolverOptions options)
    {
        for (int restart = 0; restart < MaximumRestarts; restart++)
        {
            double before = oracle.Best.Value;
            Descend(oracle, options);
            if (oracle.IsSpent || oracle.IsUnbounded)
                return;
            double between = oracle.Best.Value;
            (_, bool isStationary) = GoldsteinDescent.Run(oracle, oracle.Best, options, restart % 2 == 0
                ? options.Radius
                : FirstRadius, false, 20 * (oracle.Best.Point.Length + 10));
            double worthwhile = Worthwhile * Math.Max(1, Math.Abs(between));
            if (oracle.IsSpent || oracle.IsUnbounded || (isStationary && between - oracle.Best.Value <= worthwhile))
                return;
            if (restart % 2 == 1 && before - oracle.Best.Value <= worthwhile)
                return;
        }
    }

    private void Descend(SubgradientOracle oracle, SolverOptions options)
    {
        Iterate at = oracle.Best;
        int n = at.Point.Length;
        IInverseHessian model = memory is { } pairs ? new LimitedMemoryInverseHessian(pairs) : new DenseInverseHessian(n);
        double size = TensorPrimitives.Norm<double>(at.Gradient), first = at.Value, mark = at.Value, before = double.PositiveInfinity;
        int block = BlockPerVariable * (n + 10);
        for (int iteration = 1; size > 0.01 * options.Tolerance && !oracle.IsSpent && !oracle.IsUnbounded; iteration++)
        {
            if (iteration % block == 0)
            {
                // Slow progress: a small fraction of the total decrease, and not much less than in the previous block of iterations.
                double gain = mark - at.Value;
                if (gain < Creeping * (first - at.Value) && gain > Converging * before)
                    return;
                (mark, before) = (at.Value, gain);
            }

            double[] direction = model.Times(at.Gradient);
            if (model.IsFresh)
                TensorPrimitives.Divide(direction, Math.Max(1, size), direction);
            TensorPrimitives.Negate(direction, direction);
            double slope = TensorPrimitives.Dot<double>(direction, at.Gradient);
            if (!(slope < 0) || !double.IsFinite(slope))
                return;
            (Iterate? next, bool isComplete) = Search(oracle, at, direction, slope);
            if (next is null || !isComplete)
                return;
            double[] step = new double[n], change = new double[n];
            TensorPrimitives.Subtract(next.Point, at.Point, step);
            TensorPrimitives.Subtract(next.Gradient, at.Gradient, change);
            model.Update(step, change);
            at = next;
            size = TensorPrimitives.Norm<double>(at.Gradient);
        }
    }

    // The point found, and whether it satisfies both conditions; null if no decrease was found.
    private static (Iterate? Point, bool IsComplete) Search(SubgradientOracle oracle, Iterate from, double[] direction, double slope)
    {
        Dictionary<double, Iterate> seen = [];
        double[] point = new double[direction.Length];
        (double Value, double Slope) Along(double length)
        {
            TensorPrimitives.MultiplyAdd(direction, length, from.Point, point);
            Iterate at = seen[length] = oracle.At(point);
            return at.IsFinite ? (at.Value, TensorPrimitives.Dot<double>(at.Gradient, direction)) : (double.NaN, double.NaN);
        }

        (double? found, bool isComplete) = WeakWolfe.Search(Along, 1, from.Value, slope, () => oracle.IsSpent || oracle.IsUnbounded);
        return (found is { } length ? seen[length] : null, isComplete);
    }
}
