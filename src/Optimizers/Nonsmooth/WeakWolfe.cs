using System.Numerics.Tensors;

namespace ConservativeAD.Optimizers;

/// <summary>The line search of A. Lewis and M. Overton (Math. Program. 2013, algorithm 2.6): bisection and doubling until the decrease is sufficient and the slope has risen enough.</summary>
internal static class WeakWolfe
{
    private const double SufficientDecrease = 1e-4;
    private const double SlopeRise = 0.5;
    private const int MostSteps = 60;

    /// <summary>Searches along a direction.</summary>
    /// <returns>The point found, and whether it satisfies both conditions; null where no decrease was found.</returns>
    public static (Iterate? Point, bool IsComplete) Search(SubgradientOracle oracle, Iterate from, double[] direction, double slope)
    {
        double low = 0, high = double.PositiveInfinity, length = 1;
        Iterate? decreased = null;
        double[] point = new double[direction.Length];
        for (int i = 0; i < MostSteps && !oracle.IsSpent && !oracle.IsUnbounded; i++)
        {
            TensorPrimitives.MultiplyAdd(direction, length, from.Point, point);
            Iterate at = oracle.At(point);
            if (!at.IsFinite || at.Value > from.Value + (SufficientDecrease * length * slope) || at.Value >= from.Value)
            {
                high = length;
            }
            else
            {
                decreased = at;
                if (TensorPrimitives.Dot<double>(at.Gradient, direction) >= SlopeRise * slope)
                    return (at, true);
                low = length;
            }

            length = double.IsFinite(high) ? 0.5 * (low + high) : 2 * low;
        }

        return (decreased, false);
    }
}
