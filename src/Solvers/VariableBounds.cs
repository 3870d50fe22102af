namespace ConservativeAD.Solvers;

/// <summary>Bounds of the variables: a box that may be unbounded, and flat where two bounds are equal.</summary>
public sealed class VariableBounds
{
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Creates bounds.</summary>
    /// <param name="lower">The smallest value of each variable; −∞ for none.</param>
    /// <param name="upper">The largest value of each variable, not below the smallest; ∞ for none.</param>
    /// <exception cref="ArgumentException">The bounds differ in number, are NaN, are not ordered, or allow no finite value.</exception>
    public VariableBounds(IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        ArgumentNullException.ThrowIfNull(lower);
        ArgumentNullException.ThrowIfNull(upper);
        if (lower.Count != upper.Count || lower.Count == 0)
            throw new ArgumentException(
                $"{lower.Count} lower and {upper.Count} upper bounds were given; each variable needs one of either kind, infinite where there is none.");
        for (int i = 0; i < lower.Count; i++)
        {
            if (!(lower[i] <= upper[i]) || double.IsPositiveInfinity(lower[i]) || double.IsNegativeInfinity(upper[i]))
                throw new ArgumentException(
                    $"Bounds of {lower[i]} and {upper[i]} were given for variable {i}; "
                        + "the lower must not be above the upper, and a finite number between them.");
        }

        this.lower = [.. lower];
        this.upper = [.. upper];
    }

    /// <summary>The number of variables.</summary>
    public int Dimension => lower.Length;

    /// <summary>The smallest value of each variable.</summary>
    public IReadOnlyList<double> Lower => lower;

    /// <summary>The largest value of each variable.</summary>
    public IReadOnlyList<double> Upper => upper;

    /// <summary>Creates bounds that are the same for every variable.</summary>
    /// <param name="dimension">The number of variables.</param>
    /// <param name="lower">The smallest value; −∞ for none.</param>
    /// <param name="upper">The largest value; ∞ for none.</param>
    /// <exception cref="ArgumentException">There are no variables, or a bound is NaN, above the other, or allows no finite value.</exception>
    public static VariableBounds Uniform(int dimension, double lower, double upper)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        double[] low = new double[dimension], high = new double[dimension];
        Array.Fill(low, lower);
        Array.Fill(high, upper);
        return new VariableBounds(low, high);
    }

    /// <summary>Moves a point to the nearest one within the bounds.</summary>
    internal void Project(Span<double> point)
    {
        for (int i = 0; i < lower.Length; i++)
            point[i] = point[i] < lower[i] ? lower[i] : point[i] > upper[i] ? upper[i] : point[i];
    }

    /// <summary>The largest t for which x + t·d is within the bounds.</summary>
    internal double Reach(ReadOnlySpan<double> point, ReadOnlySpan<double> direction)
    {
        double reach = double.PositiveInfinity;
        for (int i = 0; i < lower.Length; i++)
        {
            if (direction[i] != 0)
                reach = Math.Min(reach, ((direction[i] > 0 ? upper[i] : lower[i]) - point[i]) / direction[i]);
        }

        return Math.Max(0, reach);
    }

    /// <summary>Whether a variable is at a bound that a vector points beyond.</summary>
    internal bool Blocks(int index, double value, double direction) =>
        (direction < 0 && value <= lower[index]) || (direction > 0 && value >= upper[index]) || lower[index] == upper[index];
}
