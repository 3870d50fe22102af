namespace ConservativeAD;

/// <summary>Distances from closed cones that finitely many vectors generate.</summary>
internal static class ConeMembership
{
    /// <summary>The distance of a vector from {Σ μᵢ aᵢ : μᵢ ≥ 0}: least squares without negative weights, by C. Lawson and R. Hanson (Solving Least Squares Problems, 1974, chapter 23).</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="generators">The aᵢ.</param>
    public static double Distance(double[] vector, IReadOnlyList<double[]> generators) => Distance(vector, generators, out _);

    /// <summary>As <see cref="Distance(double[], IReadOnlyList{double[]})"/>, with the weights of the nearest point.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="generators">The aᵢ.</param>
    /// <param name="weights">The μᵢ.</param>
    public static double Distance(double[] vector, IReadOnlyList<double[]> generators, out double[] weights)
    {
        List<int> passive = [];
        weights = new double[generators.Count];
        double[] residual = [.. vector];
        double scale = Math.Max(1e-300, Vectors.Norm(vector));
        for (int step = 0; step < 10 * (generators.Count + 1); step++)
        {
            int entering = -1;
            double steepest = 1e-12 * scale;
            for (int i = 0; i < generators.Count; i++)
            {
                double slope = Vectors.Dot(generators[i], residual) / Math.Max(1e-300, Vectors.Norm(generators[i]));
                if (!passive.Contains(i) && slope > steepest)
                    (entering, steepest) = (i, slope);
            }

            if (entering < 0)
                break;
            passive.Add(entering);
            if (!Fit(vector, generators, passive, weights))
                break;
            residual = Vectors.Difference(vector, Vectors.Combination(generators, weights, vector.Length));
        }

        return Vectors.Norm(residual);
    }

    private static bool Fit(double[] vector, IReadOnlyList<double[]> generators, List<int> passive, double[] weights)
    {
        while (passive.Count > 0)
        {
            int k = passive.Count;
            double[,] gram = new double[k, k];
            double[] right = new double[k];
            for (int i = 0; i < k; i++)
            {
                right[i] = Vectors.Dot(generators[passive[i]], vector);
                for (int j = 0; j < k; j++)
                    gram[i, j] = Vectors.Dot(generators[passive[i]], generators[passive[j]]);
            }

            if (LinearSystem.Solve(gram, right) is not { } target)
            {
                weights[passive[^1]] = 0;
                passive.RemoveAt(k - 1);
                return false;
            }

            double reach = 1;
            for (int i = 0; i < k; i++)
            {
                if (target[i] <= 0)
                    reach = Math.Min(reach, weights[passive[i]] / Math.Max(1e-300, weights[passive[i]] - target[i]));
            }

            for (int i = 0; i < k; i++)
                weights[passive[i]] += reach * (target[i] - weights[passive[i]]);
            if (reach >= 1)
                return true;
            for (int i = k - 1; i >= 0; i--)
            {
                if (weights[passive[i]] > 1e-15 || target[i] > 0)
                    continue;
                weights[passive[i]] = 0;
                passive.RemoveAt(i);
            }
        }

        return true;
    }
}
