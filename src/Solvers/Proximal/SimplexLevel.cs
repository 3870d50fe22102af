using System.Numerics.Tensors;

namespace ConservativeAD.Solvers;

/// <summary>
/// The level τ at which Σ max(0, xᵢ − τ) is a given sum: what the projection onto a simplex takes off. Its cost grows with the number of elements, not faster,
/// on all but contrived orders (L. Condat, Fast projection onto the simplex and the ℓ₁ ball, Math. Program. 2016).
/// </summary>
/// <param name="largest">The largest element. Differences from it keep the digits of the level among large elements.</param>
/// <param name="below">The level minus the largest element.</param>
internal readonly struct SimplexLevel(double largest, double below)
{
    /// <summary>The level.</summary>
    /// <param name="point">The elements; at least one.</param>
    /// <param name="sum">The sum, above 0.</param>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static SimplexLevel Of(ReadOnlySpan<double> point, double sum)
    {
        if (point.IsEmpty)
            throw new ArgumentException("A point of no elements cannot be projected: no elements sum to a number above 0.", nameof(point));
        double most = TensorPrimitives.Max(point);
        double[] x = new double[point.Length];
        TensorPrimitives.Subtract(point, most, x);
        // Elements that are surely above the level of those seen so far, and those set aside when a larger element made them doubtful.
        List<double> above = [x[0]], aside = [];
        double level = x[0] - sum;
        foreach (double value in x.AsSpan(1))
        {
            if (value <= level)
                continue;
            level += (value - level) / (above.Count + 1);
            if (level <= value - sum)
            {
                aside.AddRange(above);
                above.Clear();
                level = value - sum;
            }

            above.Add(value);
        }

        foreach (double value in aside)
        {
            if (value <= level)
                continue;
            above.Add(value);
            level += (value - level) / above.Count;
        }

        int before;
        do
        {
            before = above.Count;
            above.RemoveAll(value => value <= level);
            level = Mean(above, sum);
        }
        while (above.Count < before);
        return new SimplexLevel(most, level);
    }

    /// <summary>How far an element is above the level; below 0 for the others.</summary>
    /// <param name="value">The element.</param>
    public double Over(double value) => value - largest - below;

    // The level if these elements and no others are above it.
    private static double Mean(List<double> above, double sum)
    {
        double total = 0;
        foreach (double value in above)
            total += value;
        return (total - sum) / above.Count;
    }
}
