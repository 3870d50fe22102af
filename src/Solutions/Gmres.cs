using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>
/// GMRES with restarts, for a system that is known by products alone (Y. Saad and M. Schultz, SIAM J. Sci. Stat. Comput. 1986): modified Gram–Schmidt, twice,
/// and Givens rotations.
/// </summary>
internal static class Gmres
{
    // Basis vectors kept between restarts.
    private const int Kept = 100;

    /// <summary>Solves a system.</summary>
    /// <param name="product">The matrix times a vector.</param>
    /// <param name="right">The right side.</param>
    /// <param name="tolerance">The residual to end at, relative to the right side.</param>
    /// <param name="maximumSteps">The most products.</param>
    /// <returns>The solution, the Euclidean norm of its residual, and the products taken.</returns>
    public static (double[] Solution, double Residual, int Steps) Solve(Func<double[], double[]> product, double[] right, double tolerance, int maximumSteps)
    {
        double[] solution = new double[right.Length], left = [.. right];
        double target = tolerance * Vectors.Norm(right), norm = Vectors.Norm(left);
        int steps = 0;
        while (norm > target && steps < maximumSteps)
        {
            double before = norm;
            TensorPrimitives.Add(solution, Correction(product, left, norm, target, maximumSteps, ref steps), solution);
            left = Vectors.Difference(right, product(solution));
            norm = Vectors.Norm(left);
            // A restart that does not help is the end: the system is singular, or rounding is all that is left.
            if (!(norm < 0.9 * before))
                break;
        }

        return (solution, norm, steps);
    }

    private static double[] Correction(Func<double[], double[]> product, double[] left, double norm, double target, int maximumSteps, ref int steps)
    {
        List<double[]> basis = [Vectors.Scaled(left, 1 / norm)], columns = [];
        List<(double Cosine, double Sine)> turns = [];
        List<double> sides = [norm];
        while (columns.Count < Math.Min(Kept, left.Length) && steps < maximumSteps && Math.Abs(sides[^1]) > target / 2)
        {
            steps++;
            double[] next = product(basis[^1]), column = new double[basis.Count + 1];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i < basis.Count; i++)
                {
                    double along = Vectors.Dot(basis[i], next);
                    column[i] += along;
                    TensorPrimitives.MultiplyAdd(basis[i], -along, next, next);
                }
            }

            double length = column[^1] = Vectors.Norm(next);
            for (int i = 0; i < turns.Count; i++)
                Turn(turns[i], ref column[i], ref column[i + 1]);
            double hypotenuse = double.Hypot(column[^2], column[^1]);
            if (!(hypotenuse > 0) || !double.IsFinite(hypotenuse))
                break;
            turns.Add((column[^2] / hypotenuse, column[^1] / hypotenuse));
            Turn(turns[^1], ref column[^2], ref column[^1]);
            double side = sides[^1], after = 0;
            Turn(turns[^1], ref side, ref after);
            sides[^1] = side;
            sides.Add(after);
            columns.Add(column);
            if (length <= double.Epsilon)
                break;
            basis.Add(Vectors.Scaled(next, 1 / length));
        }

        double[] weights = new double[columns.Count];
        for (int row = weights.Length - 1; row >= 0; row--)
        {
            double sum = sides[row];
            for (int column = row + 1; column < weights.Length; column++)
                sum -= columns[column][row] * weights[column];
            weights[row] = sum / columns[row][row];
        }

        return Vectors.Combination(basis[..weights.Length], weights, left.Length);
    }

    private static void Turn((double Cosine, double Sine) turn, ref double x, ref double y) =>
        (x, y) = ((turn.Cosine * x) + (turn.Sine * y), (turn.Cosine * y) - (turn.Sine * x));
}
