using System.Numerics.Tensors;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Minimises ½‖Σwᵢgᵢ‖² + c'w over the simplex by an active-set method that can start from an earlier solution. With c = 0 this is the point of least norm of a
/// hull (P. Wolfe, Math. Program. 1976), otherwise the dual of a proximal bundle step (K. Kiwiel, Methods of Descent for Nondifferentiable Optimization, 1985).
/// </summary>
/// <remarks>
/// Systems are factored from the matrix of products, which loses half of the digits. The solutions are then refined with residuals computed from the vectors
/// themselves, which recovers them (N. Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 12).
/// </remarks>
internal static class SimplexQuadratic
{
    // A smaller pivot, relative to its diagonal element, is replaced by this one; it occurs for linearly dependent vectors.
    private const double MinimumPivot = 1e-14;
    private const double Accuracy = 1e-15;
    private const double MinimumShift = 1e-6;
    private const int MaximumRefinements = 5;

    // The number of consecutive steps in which rounding may keep the value from falling before the method stops.
    private const int MaximumFailures = 3;

    /// <summary>Solves the problem, starting from given weights.</summary>
    /// <param name="gram">The vectors gᵢ, with their products.</param>
    /// <param name="linear">c.</param>
    /// <param name="weights">The initial weights, on the simplex or all 0; on return the solution.</param>
    /// <param name="work">The budget of the search. If it is spent, the weights are the best ones so far.</param>
    public static void Solve(GramMatrix gram, double[] linear, double[] weights, WorkBudget? work = null)
    {
        IReadOnlyList<double[]> vectors = gram.Vectors;
        int count = linear.Length;
        List<int> support = [.. Enumerable.Range(0, count).Where(i => weights[i] > 0)];
        if (support.Count == 0)
        {
            int first = Enumerable.Range(0, count).MinBy(i => (0.5 * gram.Square(i)) + linear[i]);
            support.Add(first);
            weights[first] = 1;
        }

        double least = double.PositiveInfinity;
        double[] best = [], combination = new double[vectors[0].Length], slopes = new double[count];
        int failures = 0;
        for (int step = 0; step < 10 * (count + 10); step++)
        {
            work?.Spend((long)(count + ((long)support.Count * support.Count)) * combination.Length);
            Reduce(gram, linear, weights, support);
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
            else if (++failures > MaximumFailures)
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
                double below = multiplier - slopes[i], rounding = Accuracy * ((Math.Sqrt(gram.Square(i)) * norm) + Math.Abs(linear[i]) + Math.Abs(multiplier));
                if (weights[i] == 0 && below > rounding && below > deepest && !support.Contains(i))
                    (entering, deepest) = (i, below);
            }

            if (entering < 0 || work is { IsSpent: true })
                break;
            support.Add(entering);
        }

        best.CopyTo(weights, 0);
    }

    // Moves to the minimum over the support's affine hull, or as far towards it as the simplex allows, and drops vectors whose weight became 0.
    private static void Reduce(GramMatrix gram, double[] linear, double[] weights, List<int> support)
    {
        while (true)
        {
            double[] target = AffineMinimum(gram, linear, support);
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

    // A stationary point with Σw = 1: with M = G + s·ee', w = ν·M⁻¹e − M⁻¹c, followed by corrections with the actual slopes at w.
    private static double[] AffineMinimum(GramMatrix gram, double[] linear, List<int> support)
    {
        IReadOnlyList<double[]> vectors = gram.Vectors;
        int k = support.Count;
        if (k == 1)
            return [1];
        double smallest = double.PositiveInfinity, largest = 1e-300;
        foreach (int i in support)
            (smallest, largest) = (Math.Min(smallest, gram.Square(i)), Math.Max(largest, gram.Square(i)));

        // The shift is as small as the shortest vector, to keep its digits, unless that is 0.
        double shift = Math.Max(smallest, MinimumShift * largest);
        double[][] factor = Factor(gram, support, shift);
        double[] ones = new double[k], solution = new double[k];
        double[] combination = new double[vectors[0].Length], difference = new double[vectors[0].Length];
        Array.Fill(ones, 1);
        Substitute(factor, ones);
        double total = ones.Sum(), before = double.PositiveInfinity;
        double[] best = solution;
        for (int round = 0; round <= MaximumRefinements; round++)
        {
            double[] slope = new double[k];
            double missing = 1;
            Array.Clear(combination);
            for (int i = 0; i < k; i++)
            {
                TensorPrimitives.MultiplyAdd(vectors[support[i]], solution[i], combination, combination);
                missing -= solution[i];
            }

            // The part common to all slopes belongs to the multiplier; subtracting it keeps the digits in which the vectors differ.
            for (int i = 1; i < k; i++)
            {
                TensorPrimitives.Subtract(vectors[support[i]], vectors[support[0]], difference);
                slope[i] = linear[support[i]] - linear[support[0]] + TensorPrimitives.Dot<double>(difference, combination);
            }

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

            Substitute(factor, slope);
            double multiplier = (missing + slope.Sum()) / total;
            solution = [.. solution.Select((weight, i) => weight + (multiplier * ones[i]) - slope[i])];
        }

        return best;
    }

    private static double[][] Factor(GramMatrix gram, List<int> support, double shift)
    {
        double[][] factor = new double[support.Count][];
        for (int i = 0; i < factor.Length; i++)
        {
            double[] row = factor[i] = new double[i + 1];
            double diagonal = gram.Square(support[i]) + shift;
            for (int j = 0; j <= i; j++)
            {
                double entry = gram.Product(support[i], support[j]) + shift;
                double[] other = factor[j];
                for (int m = 0; m < j; m++)
                    entry -= row[m] * other[m];
                row[j] = i == j ? Math.Sqrt(Math.Max(entry, MinimumPivot * diagonal)) : entry / other[j];
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
