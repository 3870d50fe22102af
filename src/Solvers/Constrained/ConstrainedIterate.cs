using System.Numerics.Tensors;

namespace ConservativeAD.Solvers;

/// <summary>A point with values and gradients of the objective and the constraints, each divided by its scale.</summary>
/// <param name="Point">x.</param>
/// <param name="Value">f.</param>
/// <param name="Gradient">An element of the conservative gradient of f.</param>
/// <param name="Constraints">c: the values of g and then h.</param>
/// <param name="Rows">Their gradients.</param>
/// <param name="Inequalities">The number of values of g.</param>
internal sealed record ConstrainedIterate(double[] Point, double Value, double[] Gradient, double[] Constraints, double[][] Rows, int Inequalities)
{
    // The rounding error of a value, relative to its size and that of its linear part, and changes that lose digits in it.
    private const double Rounding = 2e-15, Lost = 1e4;

    /// <summary>v = Σmax(gᵢ, 0) + Σ|hⱼ|.</summary>
    public double Violation { get; } = Constraints.Select((value, i) => i < Inequalities ? Math.Max(value, 0) : Math.Abs(value)).Sum();

    public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Violation) && Array.TrueForAll(Constraints, double.IsFinite)
        && Array.TrueForAll(Gradient, double.IsFinite) && Array.TrueForAll(Rows, row => Array.TrueForAll(row, double.IsFinite));

    /// <summary>μ·f + v.</summary>
    public double Penalised(double share) => (share == 0 ? 0 : share * Value) + Violation;

    /// <summary>
    /// The change of μ·f + v to another point. Where the change of a function is lost in its rounding error, the mean of its slopes at both points gives it.
    /// </summary>
    public double PenalisedChange(ConstrainedIterate other, double share)
    {
        double[] step = new double[Point.Length];
        TensorPrimitives.Subtract(other.Point, Point, step);
        double size = TensorPrimitives.Norm<double>(Point);
        double change = share == 0 ? 0 : share * Change(Value, other.Value, Gradient, other.Gradient, step, size);
        for (int i = 0; i < Rows.Length; i++)
        {
            double before = Constraints[i], after = before + Change(before, other.Constraints[i], Rows[i], other.Rows[i], step, size);
            change += i < Inequalities ? Math.Max(after, 0) - Math.Max(before, 0) : Math.Abs(after) - Math.Abs(before);
        }

        return change;
    }

    private static double Change(double before, double after, double[] gradient, double[] gradientAfter, double[] step, double size)
    {
        double change = after - before, slope = TensorPrimitives.Dot<double>(gradient, step), slopeAfter = TensorPrimitives.Dot<double>(gradientAfter, step);
        double mean = 0.5 * (slope + slopeAfter), rounding = Rounding * (Math.Abs(before) + (TensorPrimitives.Norm<double>(gradient) * size));
        return Math.Abs(change) <= Lost * rounding && Math.Abs(change - mean) <= rounding ? mean : change;
    }

    /// <summary>A gradient of μ·f + v.</summary>
    public double[] PenalisedGradient(double share)
    {
        double[] gradient = new double[Point.Length];
        if (share != 0)
            TensorPrimitives.Multiply(Gradient, share, gradient);
        for (int i = 0; i < Rows.Length; i++)
        {
            double sign = Constraints[i] > 0 ? 1 : i >= Inequalities && Constraints[i] < 0 ? -1 : 0;
            if (sign != 0)
                TensorPrimitives.MultiplyAdd(Rows[i], sign, gradient, gradient);
        }

        return gradient;
    }

    /// <summary>The violation that the linearised constraints have after a step.</summary>
    public double LinearViolation(double[] step)
    {
        double violation = 0;
        for (int i = 0; i < Rows.Length; i++)
        {
            double value = Constraints[i] + TensorPrimitives.Dot<double>(Rows[i], step);
            violation += i < Inequalities ? Math.Max(value, 0) : Math.Abs(value);
        }

        return violation;
    }
}
