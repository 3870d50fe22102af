namespace ConservativeAD.Optimizers;

/// <summary>
/// Minimises ½·w'Gw + c'w over the simplex, G a matrix of scalar products, by an active-set method that starts where an earlier solution left off: with c = 0 the point of least norm of a hull (P. Wolfe,
/// Math. Program. 1976), else the dual of a proximal bundle step (K. Kiwiel, Methods of Descent for Nondifferentiable Optimization, 1985).
/// </summary>
internal static class SimplexQuadratic
{
    // Relative to the largest diagonal element: keeps the systems of dependent gradients solvable.
    private const double Regularization = 1e-15;
    private const double Accuracy = 1e-14;

    /// <summary>Solves, from given weights onwards.</summary>
    /// <param name="gram">G.</param>
    /// <param name="linear">c.</param>
    /// <param name="weights">Where to start, on the simplex or all 0; the solution.</param>
    public static void Solve(IReadOnlyList<double[]> gram, double[] linear, double[] weights)
    {
        int count = linear.Length;
        double scale = 1e-300;
        for (int i = 0; i < count; i++)
            scale = Math.Max(scale, Math.Max(gram[i][i], Math.Abs(linear[i])));
        List<int> support = [];
        for (int i = 0; i < count; i++)
        {
            if (weights[i] > 0)
                support.Add(i);
        }

        if (support.Count == 0)
        {
            int first = 0;
            for (int i = 1; i < count; i++)
            {
                if ((0.5 * gram[i][i]) + linear[i] < (0.5 * gram[first][first]) + linear[first])
                    first = i;
            }

            support.Add(first);
            weights[first] = 1;
        }

        double least = double.PositiveInfinity;
        for (int step = 0; step < 10 * (count + 10); step++)
        {
            Reduce(gram, linear, weights, support, scale);
            double multiplier = 0, smallest = double.PositiveInfinity;
            int entering = -1;
            double[] slopes = new double[count];
            for (int i = 0; i < count; i++)
            {
                double slope = linear[i];
                foreach (int j in support)
                    slope += gram[i][j] * weights[j];
                slopes[i] = slope;
                multiplier += weights[i] * slope;
                if (slope < smallest && weights[i] == 0)
                    (entering, smallest) = (i, slope);
            }

            // The value falls with every exchange; where it does not, rounding has the last word.
            double value = 0;
            for (int i = 0; i < count; i++)
                value += weights[i] * (slopes[i] + linear[i]);
            if (entering < 0 || smallest >= multiplier - (Accuracy * scale) || value >= least)
                return;
            least = value;
            support.Add(entering);
        }
    }

    // Moves to the minimum over the support's affine hull, or as far towards it as the simplex reaches, dropping what lost its weight.
    private static void Reduce(IReadOnlyList<double[]> gram, double[] linear, double[] weights, List<int> support, double scale)
    {
        while (true)
        {
            double[] target = AffineMinimum(gram, linear, support, scale);
            double reach = 1;
            int leaving = -1;
            for (int k = 0; k < target.Length; k++)
            {
                if (target[k] > 0)
                    continue;
                double ratio = weights[support[k]] / Math.Max(1e-300, weights[support[k]] - target[k]);
                if (leaving < 0 || ratio < reach)
                    (reach, leaving) = (Math.Min(1, ratio), k);
            }

            for (int k = 0; k < target.Length; k++)
                weights[support[k]] += reach * (target[k] - weights[support[k]]);
            if (leaving < 0 || support.Count == 1)
                break;
            weights[support[leaving]] = 0;
            support.RemoveAt(leaving);
        }

        double sum = 0;
        foreach (int i in support)
            sum += weights[i] = Math.Max(0, weights[i]);
        foreach (int i in support)
            weights[i] /= sum;
    }

    // min ½w'Gw + c'w over Σw = 1: with M = G + s·ee' + ρI, w = ν·M⁻¹e − M⁻¹c, by Cholesky's factorisation.
    private static double[] AffineMinimum(IReadOnlyList<double[]> gram, double[] linear, List<int> support, double scale)
    {
        int k = support.Count;
        double[][] factor = new double[k][];
        double[] ones = new double[k], slope = new double[k];
        for (int i = 0; i < k; i++)
        {
            double[] row = factor[i] = new double[i + 1];
            for (int j = 0; j <= i; j++)
            {
                double entry = gram[support[i]][support[j]] + scale + (i == j ? Regularization * scale : 0);
                double[] other = factor[j];
                for (int m = 0; m < j; m++)
                    entry -= row[m] * other[m];
                row[j] = i == j ? Math.Sqrt(Math.Max(entry, Regularization * scale)) : entry / other[j];
            }

            (ones[i], slope[i]) = (1, linear[support[i]]);
        }

        Substitute(factor, ones);
        Substitute(factor, slope);
        double multiplier = (1 + slope.Sum()) / ones.Sum();
        return [.. ones.Select((value, i) => (multiplier * value) - slope[i])];
    }

    private static void Substitute(double[][] factor, double[] right)
    {
        int k = right.Length;
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < i; j++)
                right[i] -= factor[i][j] * right[j];
            right[i] /= factor[i][i];
        }

        for (int i = k - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < k; j++)
                right[i] -= factor[j][i] * right[j];
            right[i] /= factor[i][i];
        }
    }
}
