using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Solvers;

/// <summary>
/// Gradient sampling (J. Burke, A. Lewis and M. Overton, SIAM J. Optim. 2005): a step goes against the element of least norm of the hull of gradients at the
/// point and at random points in a ball. If this element is short, the ball and the tolerance shrink.
/// </summary>
public sealed class GradientSampling : NonsmoothSolver
{
    private const double First = 0.1;
    private const double Shrinking = 0.1;
    private const double Armijo = 1e-4;
    private const int MaximumHalvings = 70;

    /// <inheritdoc/>
    public override string Name => "gradient-sampling";

    private protected override void Run(SubgradientOracle oracle, SolverOptions options)
    {
        Iterate at = oracle.Start;
        int n = at.Point.Length;
        double radius = First, tolerance = First;
        double last = options.Radius * Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude<double>(at.Point)));
        ulong draws = 0;
        double[] aside = new double[n], uniform = new double[1], point = new double[n];
        while (!oracle.IsSpent && !oracle.IsUnbounded)
        {
            GradientHull hull = new(at);
            for (int sample = 0; sample < 2 * n && !oracle.IsSpent; sample++)
            {
                Philox.For(options.Seed, (uint)Streams.SampledPoints, ++draws).Normal<double>(aside, 0, 1);
                Philox.For(options.Seed, (uint)Streams.SampledPoints, ++draws).Uniform<double>(uniform, 0, 1);
                TensorPrimitives.MultiplyAdd(aside, radius * Math.Pow(uniform[0], 1.0 / n) / TensorPrimitives.Norm<double>(aside), at.Point, point);
                Iterate drawn = oracle.At(point);
                if (drawn.IsFinite)
                    hull.Append(drawn);
            }

            hull.FindElement();
            Iterate? next = hull.Norm <= tolerance ? null : Search(oracle, at, hull);
            if (next is not null)
            {
                at = next;
                continue;
            }

            if (radius <= last && tolerance <= options.Tolerance)
                return;
            (radius, tolerance) = (Math.Max(last, Shrinking * radius), Math.Max(options.Tolerance, Shrinking * tolerance));
            if (oracle.Best.Value < at.Value)
                at = oracle.Best;
        }
    }

    private static Iterate? Search(SubgradientOracle oracle, Iterate at, GradientHull hull)
    {
        double[] point = new double[at.Point.Length];
        double length = 1;
        for (int halving = 0; halving < MaximumHalvings && !oracle.IsSpent; halving++, length *= 0.5)
        {
            TensorPrimitives.MultiplyAdd(hull.Element, -length, at.Point, point);
            Iterate next = oracle.At(point);
            if (next.IsFinite && next.Value < at.Value && next.Value <= at.Value - (Armijo * length * hull.Norm * hull.Norm))
                return next;
        }

        return null;
    }
}
