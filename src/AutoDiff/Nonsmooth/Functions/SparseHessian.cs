using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>Value, gradient and Hessian of an objective; the Hessian is stored by the entries of its lower triangle that may be nonzero.</summary>
public sealed class SparseHessian
{
    internal SparseHessian(double value, double[] gradient, IReadOnlyList<(int Row, int Column, double Value)> entries, KinkCensus kinks,
        IReadOnlyList<Obstacle> obstacles)
    {
        Value = value;
        Gradient = gradient;
        Entries = entries;
        Kinks = kinks;
        Obstacles = obstacles;
    }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <summary>The gradient.</summary>
    public double[] Gradient { get; }

    /// <summary>
    /// The entries of the lower triangle, diagonal included, row by row. An entry above the diagonal equals its mirror image. Which entries there are may
    /// change with the point: on numbers, an operation whose second derivative is 0 at the point, such as a cube at 0, gives none.
    /// </summary>
    public IReadOnlyList<(int Row, int Column, double Value)> Entries { get; }

    /// <summary>The operations without second derivatives at the point: kinks, and points where a slope bends.</summary>
    public KinkCensus Kinks { get; }

    /// <summary>The obstacles: operations that are singular or at the edge of their domain at the point.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; }

    /// <summary>
    /// Whether every operation is twice differentiable at the point. If not, the entries are those of products with the unit vectors, of the lower triangle.
    /// </summary>
    public bool IsTwiceDifferentiable =>
        Kinks.IsEmpty && Obstacles.Count == 0 && double.IsFinite(Value) && Array.TrueForAll(Gradient, double.IsFinite)
        && Entries.All(entry => double.IsFinite(entry.Value));

    /// <summary>All entries, including zeros.</summary>
    public double[,] ToDense()
    {
        double[,] dense = new double[Gradient.Length, Gradient.Length];
        foreach ((int row, int column, double value) in Entries)
            dense[row, column] = dense[column, row] = value;
        return dense;
    }

    // What remains of a dense Hessian without its zeros. Products are rows: the derivatives of the gradient along each unit vector.
    internal static SparseHessian Of(HessianProducts whole)
    {
        List<(int, int, double)> entries = [];
        for (int row = 0; row < whole.Gradient.Length; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                if (whole.Products[row, column] != 0)
                    entries.Add((row, column, whole.Products[row, column]));
            }
        }

        return new SparseHessian(whole.Value, whole.Gradient, entries, whole.Kinks, whole.Obstacles);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"value {Value}, Hessian of {Gradient.Length} variables with {Entries.Count} entries on and below the diagonal"
            + $"{(IsTwiceDifferentiable ? "" : " (not twice differentiable here)")}");
}
