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
    private const double Rounding = 1e-15, Lost = 1e4;

    /// <summary>v = Σmax(gᵢ, 0) + Σ|hⱼ|.</summary>
    public double Violation { get; } = Constraints.Select((value, i) => i < Inequalities ? Math.Max(value, 0) : Math.Abs(value)).Sum();

    public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Violation) && Array.TrueForAll(Constraints, double.IsFinite)
        && Array.TrueForAll(Gradient, double.IsFinite) && Array.TrueForAll(Rows, row => Array.TrueForAll(row, double.IsFinite));

    /// <summary>μ·f + v.</summary>
    public double Penalised(double share) => (share == 0 ? 0 : share * Value) + Violation;

    /// <summary>
    /// The change of μ·f + v to another point. Where the change of a function is lost in its rounding error, the mean of its slopes at both points gives it,
    /// and a violation that the rounding of x alone can cause does not count.
    /// </summary>
    public double PenalisedChange(ConstrainedIterate other, double share)
    {
        double[] step = new double[Point.Length];
        TensorPrimitives.Subtract(other.Point, Point, step);
        double size = Rounding * TensorPrimitives.Norm<double>(Point);
        double change = share == 0 ? 0 : share * Change(Value, other.Value, Gradient, other.Gradient, step,
            (Rounding * Math.Abs(Value)) + (size * TensorPrimitives.Norm<double>(Gradient)));
        for (int i = 0; i < Rows.Length; i++)
        {
            double error = size * TensorPrimitives.Norm<double>(Rows[i]), before = Constraints[i];
            double after = before + Change(before, other.Constraints[i], Rows[i], other.Rows[i], step, error + (Rounding * Math.Abs(before)));
            if (i >= Inequalities)
                (before, after) = (Math.Abs(before), Math.Abs(after));
            change += Math.Max(after - error, 0) - Math.Max(before - error, 0);
        }

        return change;
    }

    private static double Change(double before, double after, double[] gradient, double[] gradientAfter, double[] step, double rounding)
    {
        double change = after - before, mean = 0.5 * (TensorPrimitives.Dot<double>(gradient, step) + TensorPrimitives.Dot<double>(gradientAfter, step));
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
