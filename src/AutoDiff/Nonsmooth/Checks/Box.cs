using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>A box of points, in which every variable lies between two bounds.</summary>
public sealed class Box
{
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Creates a box.</summary>
    /// <param name="lower">The smallest value of each variable.</param>
    /// <param name="upper">The largest value of each variable; above the smallest.</param>
    /// <exception cref="ArgumentException">The bounds differ in number, are not finite, or are not ordered.</exception>
    public Box(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        if (lower.Length != upper.Length || lower.Length == 0)
            throw new ArgumentException($"A box needs as many lower as upper bounds, and at least one; {lower.Length} and {upper.Length} were given.");
        for (int i = 0; i < lower.Length; i++)
        {
            if (!(lower[i] < upper[i]) || !double.IsFinite(upper[i] - lower[i]))
                throw new ArgumentException(
                    $"Bounds of {lower[i]} and {upper[i]} were given for variable {i}; the lower must be below the upper, and both finite.");
        }

        this.lower = lower.ToArray();
        this.upper = upper.ToArray();
    }

    /// <summary>The number of variables.</summary>
    public int Dimension => lower.Length;

    /// <summary>The smallest value of each variable.</summary>
    public IReadOnlyList<double> Lower => lower;

    /// <summary>The largest value of each variable.</summary>
    public IReadOnlyList<double> Upper => upper;

    /// <summary>Creates a box with the same bounds for every variable.</summary>
    /// <param name="dimension">The number of variables.</param>
    /// <param name="lower">The smallest value.</param>
    /// <param name="upper">The largest value.</param>
    public static Box Cube(int dimension, double lower = -1, double upper = 1)
    {
        double[] low = new double[dimension], high = new double[dimension];
        Array.Fill(low, lower);
        Array.Fill(high, upper);
        return new Box(low, high);
    }

    /// <summary>A point drawn uniformly.</summary>
    internal double[] Draw(Philox random)
    {
        double[] point = new double[Dimension];
        random.Uniform<double>(point, 0, 1);
        for (int i = 0; i < point.Length; i++)
            point[i] = lower[i] + (point[i] * (upper[i] - lower[i]));
        return point;
    }

    internal bool Contains(ReadOnlySpan<double> point)
    {
        for (int i = 0; i < lower.Length; i++)
        {
            if (!(point[i] >= lower[i] && point[i] <= upper[i]))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"from {VectorText.Of(lower)} to {VectorText.Of(upper)}";
}
