using System.Numerics.Tensors;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Minimises ½‖Σwᵢgᵢ‖² + c'w over the simplex by an active-set method that starts where an earlier solution left off: with c = 0 the point of least norm of a hull (P. Wolfe, Math. Program. 1976), else
/// the dual of a proximal bundle step (K. Kiwiel, Methods of Descent for Nondifferentiable Optimization, 1985).
/// </summary>
/// <remarks>
/// Systems are factored from the matrix of products, which costs half of the digits; solutions are then refined with residuals taken from the vectors themselves, which brings them back (N. Higham, Accuracy
/// and Stability of Numerical Algorithms, 2002, chapter 12).
/// </remarks>
internal static class SimplexQuadratic
{
    // A pivot below this part of its diagonal element is taken for it: vectors that depend on each other have no other.
    private const double LeastPivot = 1e-14;
    private const double Accuracy = 1e-15;
    private const double LeastShift = 1e-6;
    private const int MostRefinements = 5;

    // So often in a row the value may fail to fall before rounding has the last word.
    private const int MostFailures = 3;

    /// <summary>Solves, from given weights onwards.</summary>
    /// <param name="vectors">g.</param>
    /// <param name="gram">Their products.</param>
    /// <param name="linear">c.</param>
    /// <param name="weights">Where to start, on the simplex or all 0; the solution.</param>
    public static void Solve(IReadOnlyList<double[]> vectors, IReadOnlyList<double[]> gram, double[] linear, double[] weights)
    {
        int count = linear.Length;
        List<int> support = [.. Enumerable.Range(0, count).Where(i => weights[i] > 0)];
        if (support.Count == 0)
        {
            int first = Enumerable.Range(0, count).MinBy(i => (0.5 * gram[i][i]) + linear[i]);
            support.Add(first);
            weights[first] = 1;
        }

        double least = double.PositiveInfinity;
        double[] best = [], combination = new double[vectors[0].Length], slopes = new double[count];
        int failures = 0;
        for (int step = 0; step < 10 * (count + 10); step++)
        {
            Reduce(vectors, gram, linear, weights, support);
            Combine(vectors, weights, support, combination);
            double norm = TensorPrimitives.Norm<double>(combination), multiplier = 0, value = 0.5 * norm * norm;
            foreach (int i in support)
                value += weights[i] * linear[i];
            if (value < least)
            {
                least = value;
                best = [.. weights];
                failures = 0;
            }
            else if (++failures > MostFailures)
            {
                break;
            }

            double deepest = 0;
            int entering = -1;
            for (int i = 0; i < count; i++)
            {
                slopes[i] = linear[i] + TensorPrimitives.Dot<double>(vectors[i], combination);
                multiplier += weights[i] * slopes[i];
            }

            for (int i = 0; i < count; i++)
            {
                double below = multiplier - slopes[i], rounding = Accuracy * ((Math.Sqrt(gram[i][i]) * norm) + Math.Abs(linear[i]) + Math.Abs(multiplier));
                if (weights[i] == 0 && below > rounding && below > deepest && !support.Contains(i))
                    (entering, deepest) = (i, below);
            }

            if (entering < 0)
                break;
            support.Add(entering);
        }

        best.CopyTo(weights, 0);
    }

    // Moves to the minimum over the support's affine hull, or as far towards it as the simplex reaches, dropping what lost its weight.
    private static void Reduce(IReadOnlyList<double[]> vectors, IReadOnlyList<double[]> gram, double[] linear, double[] weights, List<int> support)
    {
        while (true)
        {
            double[] target = AffineMinimum(vectors, gram, linear, support);
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
        for (int k = support.Count - 1; k >= 0 && support.Count > 1; k--)
        {
            if (weights[support[k]] == 0)
                support.RemoveAt(k);
        }
    }

    // Stationary over Σw = 1: with M = G + s·ee', w = ν·M⁻¹e − M⁻¹c, then corrections with the slopes that w has in truth.
    private static double[] AffineMinimum(IReadOnlyList<double[]> vectors, IReadOnlyList<double[]> gram, double[] linear, List<int> support)
    {
        int k = support.Count;
        if (k == 1)
            return [1];
        double smallest = double.PositiveInfinity, largest = 1e-300;
        foreach (int i in support)
            (smallest, largest) = (Math.Min(smallest, gram[i][i]), Math.Max(largest, gram[i][i]));

        // As small as the shortest vector, so that its digits are kept, unless that is 0.
        double shift = Math.Max(smallest, LeastShift * largest);
        double[][] factor = Factor(gram, support, shift);
        double[] ones = new double[k], solution = new double[k], combination = new double[vectors[0].Length];
        Array.Fill(ones, 1);
        Substitute(factor, ones);
        double total = ones.Sum(), before = double.PositiveInfinity;
        double[] best = solution;
        for (int round = 0; round <= MostRefinements; round++)
        {
            double[] slope = new double[k];
            double missing = 1;
            Array.Clear(combination);
            for (int i = 0; i < k; i++)
            {
                TensorPrimitives.MultiplyAdd(vectors[support[i]], solution[i], combination, combination);
                missing -= solution[i];
            }

            for (int i = 0; i < k; i++)
                slope[i] = linear[support[i]] + TensorPrimitives.Dot<double>(vectors[support[i]], combination);
            if (round > 0)
            {
                double spread = slope.Max() - slope.Min();
                if (!(spread < 0.5 * before))
                {
                    if (spread < before)
                        best = solution;
                    break;
                }

                (before, best) = (spread, [.. solution]);
            }

            // The common part of the slopes is the multiplier's and would only cost digits.
            if (round > 0)
            {
                double common = slope[0];
                for (int i = 0; i < k; i++)
                    slope[i] -= common;
            }

            Substitute(factor, slope);
            double multiplier = (missing + slope.Sum()) / total;
            solution = [.. solution.Select((weight, i) => weight + (multiplier * ones[i]) - slope[i])];
        }

        return best;
    }

    private static double[][] Factor(IReadOnlyList<double[]> gram, List<int> support, double shift)
    {
        double[][] factor = new double[support.Count][];
        for (int i = 0; i < factor.Length; i++)
        {
            double[] row = factor[i] = new double[i + 1];
            double diagonal = gram[support[i]][support[i]] + shift;
            for (int j = 0; j <= i; j++)
            {
                double entry = gram[support[i]][support[j]] + shift;
                double[] other = factor[j];
                for (int m = 0; m < j; m++)
                    entry -= row[m] * other[m];
                row[j] = i == j ? Math.Sqrt(Math.Max(entry, LeastPivot * diagonal)) : entry / other[j];
            }
        }

        return factor;
    }

    private static void Combine(IReadOnlyList<double[]> vectors, double[] weights, List<int> support, double[] combination)
    {
        Array.Clear(combination);
        foreach (int i in support)
            TensorPrimitives.MultiplyAdd(vectors[i], weights[i], combination, combination);
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
