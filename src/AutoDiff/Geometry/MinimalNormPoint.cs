namespace ConservativeAD;

/// <summary>The point of least norm in the convex hull of finitely many points, by the algorithm of P. Wolfe (Math. Program. 11, 1976).</summary>
/// <param name="Point">The point; its norm is the distance of the hull from 0.</param>
/// <param name="Weights">How it is mixed of the given points: weights that are not negative and sum to 1.</param>
public sealed record MinimalNormPoint(double[] Point, double[] Weights)
{
    // What rounding leaves of a product of two vectors, relative to their sizes.
    private const double Accuracy = 1e-14;

    /// <summary>Finds the point.</summary>
    /// <param name="points">At least one point; all of one dimension.</param>
    /// <exception cref="ArgumentException">There are no points, or they differ in dimension, or one is not finite.</exception>
    public static MinimalNormPoint Of(IReadOnlyList<double[]> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0)
            throw new ArgumentException("The convex hull of no points is empty and has no point of least norm.", nameof(points));
        int dimension = points[0].Length;
        foreach (double[] point in points)
        {
            if (point.Length != dimension)
                throw new ArgumentException($"Points of dimension {dimension} and {point.Length} were given; they must be equal.", nameof(points));
            if (point.Any(coordinate => !double.IsFinite(coordinate)))
                throw new ArgumentException("A point with a coordinate that is not finite was given.", nameof(points));
        }

        double largest = points.Max(point => Vectors.Dot(point, point));
        int nearest = 0;
        for (int i = 1; i < points.Count; i++)
        {
            if (Vectors.Dot(points[i], points[i]) < Vectors.Dot(points[nearest], points[nearest]))
                nearest = i;
        }

        List<int> corral = [nearest];
        List<double> weights = [1];
        double[] best = points[nearest];
        double bestNorm = Vectors.Dot(best, best);

        // Each major step lowers the norm, so that no corral comes twice; the bound only guards against rounding.
        for (int step = 0; step < 50 * (points.Count + dimension); step++)
        {
            int entering = 0;
            double least = double.PositiveInfinity;
            for (int i = 0; i < points.Count; i++)
            {
                double product = Vectors.Dot(points[i], best);
                if (product < least)
                    (entering, least) = (i, product);
            }

            if (bestNorm <= Accuracy * Accuracy * largest || least >= bestNorm - (Accuracy * Math.Sqrt(bestNorm * largest)) || corral.Contains(entering))
                break;
            List<int> trial = [.. corral, entering];
            List<double> trialWeights = [.. weights, 0];
            Reduce(points, trial, trialWeights, largest);
            double[] moved = Vectors.Combination([.. trial.Select(index => points[index])], trialWeights, dimension);
            double norm = Vectors.Dot(moved, moved);
            if (norm >= bestNorm)
                break;
            (corral, weights, best, bestNorm) = (trial, trialWeights, moved, norm);
        }

        double[] all = new double[points.Count];
        for (int i = 0; i < corral.Count; i++)
            all[corral[i]] += weights[i];
        return new MinimalNormPoint([.. best], all);
    }

    // Moves to the point of least norm of the affine hull, or as far towards it as the simplex reaches, dropping points that lost their weight.
    private static void Reduce(IReadOnlyList<double[]> points, List<int> corral, List<double> weights, double largest)
    {
        while (true)
        {
            double[]? target = AffineWeights(points, corral, largest);
            if (target is null)
            {
                corral.RemoveAt(corral.Count - 1);
                weights.RemoveAt(weights.Count - 1);
                return;
            }

            double reach = 1;
            int leaving = -1;
            for (int i = 0; i < target.Length; i++)
            {
                if (target[i] >= 0)
                    continue;
                double ratio = weights[i] / (weights[i] - target[i]);
                if (ratio < reach || leaving < 0)
                    (reach, leaving) = (Math.Min(1, ratio), i);
            }

            for (int i = 0; i < target.Length; i++)
                weights[i] = ((1 - reach) * weights[i]) + (reach * target[i]);
            if (leaving < 0)
                return;
            corral.RemoveAt(leaving);
            weights.RemoveAt(leaving);
            for (int i = weights.Count - 1; i >= 0; i--)
            {
                if (weights[i] > 0)
                    continue;
                if (weights.Count == 1)
                    break;
                corral.RemoveAt(i);
                weights.RemoveAt(i);
            }

            double sum = weights.Sum();
            for (int i = 0; i < weights.Count; i++)
                weights[i] /= sum;
        }
    }

    // min ‖Σ λᵢ pᵢ‖ over Σ λᵢ = 1: solve (G + s·eeᵀ) u = e and scale u to sum 1.
    private static double[]? AffineWeights(IReadOnlyList<double[]> points, List<int> corral, double largest)
    {
        int k = corral.Count;
        double[,] gram = new double[k, k];
        double[] ones = new double[k];
        for (int i = 0; i < k; i++)
        {
            ones[i] = 1;
            for (int j = 0; j < k; j++)
                gram[i, j] = Vectors.Dot(points[corral[i]], points[corral[j]]) + largest;
        }

        if (LinearSystem.Solve(gram, ones) is not { } solution)
            return null;
        double sum = solution.Sum();
        return [.. solution.Select(value => value / sum)];
    }
}
