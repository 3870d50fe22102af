namespace ConservativeAD.Auditor.Questions;

/// <summary>
/// Bounds for the distance of 0 from a convex hull, by conditional gradients (M. Frank and P. Wolfe, 1956), independent of the engine's own geometry.
/// </summary>
public static class HullDistance
{
    private const int Steps = 2000;

    /// <summary>A lower and an upper bound of the distance.</summary>
    /// <param name="points">At least one point.</param>
    public static (double Below, double Above) Of(IReadOnlyList<double[]> points)
    {
        double[] nearest = [.. points[0]];
        double below = 0;
        for (int step = 0; step < Steps; step++)
        {
            double norm = Math.Sqrt(Dot(nearest, nearest));
            if (norm == 0)
                return (0, 0);
            double[] furthest = points.MinBy(point => Dot(point, nearest))!;
            double product = Dot(furthest, nearest);
            below = Math.Max(below, product / norm);
            double[] move = [.. furthest.Zip(nearest, (a, b) => a - b)];
            double length = Dot(move, move);
            if (length == 0 || product >= norm * norm)
                break;
            double share = Math.Clamp(-Dot(nearest, move) / length, 0, 1);
            for (int i = 0; i < nearest.Length; i++)
                nearest[i] += share * move[i];
        }

        return (below, Math.Sqrt(Dot(nearest, nearest)));
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
