using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// Minimises ½‖a + Σwᵢaᵢ‖² + c'w over a box by an active-set method: nonnegative least squares (C. Lawson and R. Hanson, Solving Least Squares Problems, 1974,
/// chapter 23) with bounds on both sides (P. Stark and R. Parker, Comput. Stat. 10, 1995) and a linear term. The vectors of the weights between their bounds
/// are independent and kept as QR, so that no more weights than these vectors have elements are between their bounds.
/// </summary>
internal sealed class BoxQuadratic
{
    // A slope below this, relative to the products that it is a sum of, is rounding.
    private const double Rounding = 1e-15;
    private const int Corrections = 2;

    private readonly double[] origin;
    private readonly IReadOnlyList<double[]> vectors;
    private readonly IReadOnlyList<double> costs, lower, upper;
    private readonly double[] norms, weights;
    private readonly List<int> free = [];
    private readonly ThinQr factors = new();

    private BoxQuadratic(double[] origin, IReadOnlyList<double[]> vectors, IReadOnlyList<double> costs, IReadOnlyList<double> lower,
        IReadOnlyList<double> upper, IReadOnlyList<double> start)
    {
        (this.origin, this.vectors, this.costs, this.lower, this.upper) = (origin, vectors, costs, lower, upper);
        norms = [.. vectors.Select(vector => Vectors.Norm(vector))];
        weights = [.. start.Select((weight, i) => Math.Clamp(weight, lower[i], upper[i]))];
    }

    /// <summary>The weights at the minimum.</summary>
    /// <param name="origin">a.</param>
    /// <param name="vectors">The aᵢ.</param>
    /// <param name="costs">c.</param>
    /// <param name="lower">The least weights, finite.</param>
    /// <param name="upper">The largest weights; ∞ for none.</param>
    /// <param name="start">Weights to start from.</param>
    public static double[] Solve(double[] origin, IReadOnlyList<double[]> vectors, IReadOnlyList<double> costs, IReadOnlyList<double> lower,
        IReadOnlyList<double> upper, IReadOnlyList<double> start)
    {
        BoxQuadratic problem = new(origin, vectors, costs, lower, upper, start);
        problem.Run();
        return problem.weights;
    }

    private void Run()
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > lower[i] && weights[i] < upper[i] && factors.Append([.. vectors[i]], out _))
                free.Add(i);
        }

        Reduce();
        HashSet<int> excluded = [];
        for (int step = 0; step < 10 * (weights.Length + 10); step++)
        {
            double[] combination = Combination();
            (int entering, bool rises) = Entering(combination, excluded);
            if (entering < 0)
                return;
            double before = weights[entering];
            bool hasMoved = factors.Append([.. vectors[entering]], out double[] products) || Slide(entering, rises, products);
            if (hasMoved && factors.Count > free.Count)
            {
                free.Add(entering);
                hasMoved = Reduce();
            }

            // What leaves at once would enter for ever.
            if (hasMoved && (weights[entering] != before || free.Contains(entering)))
                excluded.Clear();
            else
                excluded.Add(entering);
        }
    }

    private double[] Combination()
    {
        double[] sum = [.. origin];
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] != 0)
                TensorPrimitives.MultiplyAdd(vectors[i], weights[i], sum, sum);
        }

        return sum;
    }

    private (int Index, bool Rises) Entering(double[] combination, HashSet<int> excluded)
    {
        double size = Vectors.Norm(origin) + weights.Select((weight, i) => Math.Abs(weight) * norms[i]).Sum(), steepest = 0;
        (int, bool) entering = (-1, false);
        for (int i = 0; i < weights.Length; i++)
        {
            if (excluded.Contains(i) || free.Contains(i) || lower[i] == upper[i])
                continue;
            double slope = TensorPrimitives.Dot<double>(vectors[i], combination) + costs[i];
            if (Math.Abs(slope) <= Rounding * ((norms[i] * size) + Math.Abs(costs[i])) || !(slope < 0 ? weights[i] < upper[i] : weights[i] > lower[i]))
                continue;
            double steepness = Math.Abs(slope) / Math.Max(norms[i], double.Epsilon);
            if (steepness > steepest)
                (entering, steepest) = ((i, slope < 0), steepness);
        }

        return entering;
    }

    // The vector depends on the free ones: moves the weights along the dependence, which changes the linear term alone, until one reaches a bound. If that is
    // another one, it leaves, and the vector joins.
    private bool Slide(int entering, bool rises, double[] products)
    {
        factors.Solve(products);
        double sign = rises ? 1 : -1, reach = rises ? upper[entering] - weights[entering] : weights[entering] - lower[entering];
        int leaving = -1;
        for (int k = 0; k < products.Length; k++)
        {
            products[k] *= -sign;
            double room = Room(free[k], products[k]);
            if (room < reach)
                (reach, leaving) = (room, k);
        }

        if (!double.IsFinite(reach))
            return false;
        for (int k = 0; k < products.Length; k++)
            weights[free[k]] += reach * products[k];
        if (leaving < 0)
        {
            weights[entering] = rises ? upper[entering] : lower[entering];
            return true;
        }

        weights[entering] += sign * reach;
        Leave(leaving, products[leaving]);
        return factors.Append([.. vectors[entering]], out _);
    }

    // Moves the free weights to the minimum over their span, or as far towards it as the box allows; those that reach a bound leave. Returns whether any moved.
    private bool Reduce()
    {
        bool hasMoved = false;
        for (int corrections = 0; corrections < Corrections && free.Count > 0;)
        {
            double[] combination = Combination(), shift = [.. free.Select(i => -TensorPrimitives.Dot<double>(vectors[i], combination) - costs[i])];
            factors.SolveTransposed(shift);
            factors.Solve(shift);
            double reach = 1;
            int leaving = -1;
            for (int k = 0; k < shift.Length; k++)
            {
                double room = Room(free[k], shift[k]);
                if (room < reach || !double.IsFinite(shift[k]))
                    (reach, leaving) = (double.IsFinite(shift[k]) ? room : 0, k);
            }

            for (int k = 0; k < shift.Length && reach > 0; k++)
            {
                weights[free[k]] = Math.Clamp(weights[free[k]] + (reach * shift[k]), lower[free[k]], upper[free[k]]);
                hasMoved |= shift[k] != 0;
            }

            if (leaving >= 0)
                Leave(leaving, shift[leaving]);
            else
                corrections++;
        }

        return hasMoved;
    }

    // How far a weight may move along a number.
    private double Room(int index, double shift) => shift == 0 ? double.PositiveInfinity
        : Math.Max(0, ((shift > 0 ? upper[index] : lower[index]) - weights[index]) / shift);

    private void Leave(int position, double shift)
    {
        int index = free[position];
        if (double.IsFinite(shift))
            weights[index] = shift > 0 ? upper[index] : lower[index];
        free.RemoveAt(position);
        factors.RemoveAt(position);
    }
}
