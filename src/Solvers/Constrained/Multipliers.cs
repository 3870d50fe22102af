using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// The multipliers by which gradients at points around x combine to the shortest vector: Σσₖ∇f(xₖ) + ΣΣλᵢₖ∇gᵢ(xₖ) + ΣΣνⱼₖ∇hⱼ(xₖ) + n, where the σₖ are
/// nonnegative with the sum 1, the λᵢₖ are nonnegative and belong to inequalities that are active around x, and n is a normal of the box of bounds.
/// </summary>
/// <param name="Constraints">λ and then ν, summed over the points.</param>
/// <param name="Shortest">The vector.</param>
internal sealed record Multipliers(double[] Constraints, double[] Shortest)
{
    /// <summary>The length of the vector.</summary>
    public double Distance { get; } = Vectors.Norm(Shortest);

    /// <summary>Finds them.</summary>
    /// <param name="points">x, and points around it.</param>
    /// <param name="radius">The radius of the ball that they are in.</param>
    /// <param name="bounds">The bounds of the variables.</param>
    /// <remarks>
    /// Gradients of an equality at several points have multipliers of one sign, that of the multiplier with the gradient at x alone: with both signs, the
    /// difference of two gradients close to each other would have any length.
    /// </remarks>
    public static Multipliers Of(IReadOnlyList<ConstrainedIterate> points, double radius, VariableBounds? bounds)
    {
        Multipliers first = Of(points, radius, bounds, null);
        return points.Count > 1 && points[0].Rows.Length > points[0].Inequalities ? Of(points, radius, bounds, first.Constraints) : first;
    }

    private static Multipliers Of(IReadOnlyList<ConstrainedIterate> points, double radius, VariableBounds? bounds, double[]? signs)
    {
        ConstrainedIterate at = points[0];
        int n = at.Point.Length;

        // An element more, of the same number in every gradient of f, turns the sum 1 of their weights into a part of a least-squares problem over a cone. The
        // shortest vector does not depend on the number, as all of the problem but the sum is homogeneous.
        double size = Math.Max(double.Epsilon, points.Max(point => Vectors.Norm(point.Gradient)));
        if (size < 1e-150)
            size = 1;
        List<double[]> generators = [.. points.Select(point => (double[])[.. point.Gradient, size])];
        List<(int Constraint, double Sign)> kinds = [];
        for (int i = 0; i < at.Rows.Length; i++)
        {
            bool isEquality = i >= at.Inequalities;
            foreach (ConstrainedIterate point in points)
            {
                double length = Vectors.Norm(point.Rows[i]);
                if (length == 0 || (!isEquality && at.Constraints[i] < -2 * radius * length))
                    continue;
                if (isEquality && signs is null && !ReferenceEquals(point, at))
                    continue;
                for (int sign = 1; sign >= (isEquality ? -1 : 1); sign -= 2)
                {
                    if (isEquality && signs is not null && sign != (signs[i] < 0 ? -1 : 1))
                        continue;
                    generators.Add([.. Vectors.Scaled(point.Rows[i], sign / length), 0]);
                    kinds.Add((i, sign / length));
                }
            }
        }

        for (int i = 0; i < n && bounds is not null; i++)
        {
            if (at.Point[i] <= bounds.Lower[i])
                generators.Add(Unit(n + 1, i, -1));
            if (at.Point[i] >= bounds.Upper[i])
                generators.Add(Unit(n + 1, i, 1));
        }

        ConeMembership.Distance(Unit(n + 1, n, size), generators, out double[] weights);
        double sum = weights.AsSpan(0, points.Count).ToArray().Sum();
        double[] constraints = new double[at.Rows.Length], shortest = new double[n + 1];
        if (!(sum > 0))
            return new Multipliers(constraints, at.Gradient);
        for (int k = 0; k < weights.Length; k++)
        {
            TensorPrimitives.MultiplyAdd(generators[k], weights[k] / sum, shortest, shortest);
            int kind = k - points.Count;
            if (kind >= 0 && kind < kinds.Count)
                constraints[kinds[kind].Constraint] += weights[k] / sum * kinds[kind].Sign;
        }

        return new Multipliers(constraints, shortest[..n]);
    }

    private static double[] Unit(int size, int index, double value)
    {
        double[] unit = new double[size];
        unit[index] = value;
        return unit;
    }
}
