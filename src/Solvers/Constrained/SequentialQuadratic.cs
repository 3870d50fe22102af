using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// The subproblem of a step of sequential quadratic programming: min over d of μ∇f'd + Σmax(g + ∇g'd, 0) + Σ|h + ∇h'd| + ½d'H⁻¹d within the bounds, by its
/// dual, in which multipliers of inequalities are in [0, 1] and those of equalities in [−1, 1] (F. Curtis, T. Mitchell and M. Overton, Optim. Methods Softw.
/// 32, 2017). Products in H are computed once for all μ.
/// </summary>
internal sealed class SequentialQuadratic
{
    // A pivot below this, relative to its diagonal element, is due to rounding.
    private const double LeastPivot = 1e-15;
    private const double Rounding = 1e-12;

    private readonly ConstrainedIterate at;
    private readonly IInverseHessian metric;
    private readonly VariableBounds? bounds;
    private readonly List<double[]> vectors = [], images = [], factor = [];
    private readonly List<double> costs = [], lower = [], upper = [];
    private readonly HashSet<(int Variable, bool IsUpper)> bounded = [];
    private double[] weights = [];

    public SequentialQuadratic(ConstrainedIterate at, IInverseHessian metric, VariableBounds? bounds)
    {
        (this.at, this.metric, this.bounds) = (at, metric, bounds);
        Append(at.Gradient);
        for (int i = 0; i < at.Rows.Length; i++)
        {
            Append(at.Rows[i]);
            Constrain(-at.Constraints[i], i < at.Inequalities ? 0 : -1, 1);
        }
    }

    /// <summary>d, for a share μ of the objective.</summary>
    public double[] Step(double share)
    {
        double[] step = new double[at.Point.Length];
        while (true)
        {
            // The rows of a triangular factor have the products of the vectors in H.
            int size = factor.Count;
            double[][] rows = [.. factor.Select(row => Padded(row, size))];
            double[] origin = [.. rows[0].Select(entry => share * entry)];
            Array.Resize(ref weights, size - 1);
            weights = BoxQuadratic.Solve(origin, rows[1..], costs, lower, upper, weights);
            TensorPrimitives.Multiply(images[0], -share, step);
            for (int i = 0; i < weights.Length; i++)
            {
                if (weights[i] != 0)
                    TensorPrimitives.MultiplyAdd(images[i + 1], -weights[i], step, step);
            }

            if (!LeavesBounds(step))
                break;
        }

        for (int i = 0; i < step.Length && bounds is not null; i++)
            step[i] = Math.Clamp(step[i], bounds.Lower[i] - at.Point[i], bounds.Upper[i] - at.Point[i]);
        return step;
    }

    /// <summary>H⁻¹ times the last step: the negative combination of gradients that the dual gives.</summary>
    public double[] Image(double share)
    {
        double[] image = Vectors.Scaled(vectors[0], -share);
        for (int i = 0; i < weights.Length; i++)
            TensorPrimitives.MultiplyAdd(vectors[i + 1], -weights[i], image, image);
        return image;
    }

    /// <summary>The change of μ∇f + Σλᵢ∇gᵢ + Σνⱼ∇hⱼ to another point, with the multipliers of the last step.</summary>
    public double[] LagrangianChange(ConstrainedIterate to, double share)
    {
        double[] change = new double[at.Point.Length], difference = new double[change.Length];
        for (int i = -1; i < at.Rows.Length; i++)
        {
            TensorPrimitives.Subtract(i < 0 ? to.Gradient : to.Rows[i], i < 0 ? at.Gradient : at.Rows[i], difference);
            TensorPrimitives.MultiplyAdd(difference, i < 0 ? share : weights[i], change, change);
        }

        return change;
    }

    // Adds the bounds that the step violates; whether there were any.
    private bool LeavesBounds(double[] step)
    {
        bool leaves = false;
        for (int i = 0; i < step.Length && bounds is not null; i++)
        {
            double above = at.Point[i] + step[i] - bounds.Upper[i], below = bounds.Lower[i] - at.Point[i] - step[i];
            if (Math.Max(above, below) <= Rounding * (Math.Abs(step[i]) + Math.Abs(at.Point[i])) || !bounded.Add((i, above > below)))
                continue;
            double[] normal = new double[step.Length];
            normal[i] = above > below ? 1 : -1;
            Append(normal);
            Constrain(above > below ? bounds.Upper[i] - at.Point[i] : at.Point[i] - bounds.Lower[i], 0, double.PositiveInfinity);
            leaves = true;
        }

        return leaves;
    }

    private void Constrain(double cost, double least, double most)
    {
        costs.Add(cost);
        lower.Add(least);
        upper.Add(most);
    }

    private void Append(double[] vector)
    {
        double[] image = metric.Times(vector), row = new double[factor.Count + 1];
        for (int j = 0; j < factor.Count; j++)
        {
            double product = TensorPrimitives.Dot<double>(image, vectors[j]);
            row[j] = (product - TensorPrimitives.Dot<double>(row.AsSpan(0, j), factor[j].AsSpan(0, j))) / Math.Max(factor[j][j], double.Epsilon);
        }

        double square = TensorPrimitives.Dot<double>(image, vector);
        row[^1] = Math.Sqrt(Math.Max(square - TensorPrimitives.SumOfSquares<double>(row.AsSpan(0, factor.Count)), Math.Max(0, LeastPivot * square)));
        vectors.Add(vector);
        images.Add(image);
        factor.Add(row);
    }

    private static double[] Padded(double[] row, int size)
    {
        double[] padded = new double[size];
        row.CopyTo(padded, 0);
        return padded;
    }
}
