using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Solvers;

/// <summary>Goldstein steps over balls whose radius shrinks each time the point is stationary for it.</summary>
internal static class GoldsteinDescent
{
    private const double Shrinking = 0.1;

    // If consecutive steps gain less than this fraction of radius times gradient, kinks are closer than the radius, and a smaller radius is better.
    private const double PoorDecrease = 1e-4;
    private const int PoorSteps = 10;

    /// <summary>Descends.</summary>
    /// <param name="oracle">Values and gradients.</param>
    /// <param name="from">The starting point.</param>
    /// <param name="options">The radius and tolerance at the end.</param>
    /// <param name="firstRadius">The radius at the start, relative to max(1, ‖x‖∞).</param>
    /// <param name="atRandom">Whether points on segments are drawn at random.</param>
    /// <param name="mostSteps">The most steps of descent.</param>
    /// <param name="lastShare">The last radius, as a fraction of the options' radius.</param>
    /// <returns>The last point, and whether it is stationary for the last radius.</returns>
    public static (Iterate Point, bool IsStationary) Run(SubgradientOracle oracle, Iterate from, SolverOptions options, double firstRadius, bool atRandom,
        int mostSteps = int.MaxValue, double lastShare = 1)
    {
        int n = from.Point.Length;
        GoldsteinStep step = new(oracle.At, Philox.For(options.Seed, (uint)Streams.GoldsteinSteps), 4 * (n + 10), () => oracle.IsSpent);
        Iterate at = from;
        double scale = Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude<double>(at.Point)));
        double last = lastShare * options.Radius * scale;
        IEnumerable<Iterate> known = [];
        for (double radius = Math.Max(last, firstRadius * scale); ; radius = Math.Max(last, Shrinking * radius))
        {
            double tolerance = Math.Max(0.5 * options.Tolerance, Math.Min(0.1, radius / scale * Math.Max(1, TensorPrimitives.Norm<double>(at.Gradient))));
            if (radius == last)
                tolerance = 0.5 * options.Tolerance;
            int poor = 0;
            while (!oracle.IsSpent && !oracle.IsUnbounded && mostSteps > 0 && poor < n + PoorSteps
                && step.Take(at, known, radius, tolerance, atRandom) is { } next)
            {
                mostSteps--;
                poor = radius > last && at.Value - next.Value < PoorDecrease * radius * TensorPrimitives.Norm<double>(at.Gradient) ? poor + 1 : 0;
                at = next;
                known = [.. step.Hull!.Within(at.Point, radius)];
            }

            known = step.Hull is null ? [] : [.. step.Hull.Within(at.Point, radius)];
            if (oracle.IsSpent || oracle.IsUnbounded || mostSteps <= 0)
                return (at, false);
            if (radius <= last)
                return (at, step.Hull!.Norm <= options.Tolerance);
        }
    }
}
