namespace ConservativeAD.Solvers;

/// <summary>
/// The level τ at which Σ max(0, xᵢ − τ) is a given sum: what the projection onto a simplex takes off. Its cost grows with the number of elements, not faster,
/// on all but contrived orders (L. Condat, Fast projection onto the simplex and the ℓ₁ ball, Math. Program. 2016).
/// </summary>
internal static class SimplexLevel
{
    /// <summary>The level.</summary>
    /// <param name="x">The elements, finite; at least one.</param>
    /// <param name="sum">The sum, above 0.</param>
    public static double Of(ReadOnlySpan<double> x, double sum)
    {
        // Elements that are surely above the level of those seen so far, and those set aside when a larger element made them doubtful.
        List<double> above = [x[0]], aside = [];
        double level = x[0] - sum;
        foreach (double value in x[1..])
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
        return level;
    }

    // The level if these elements and no others are above it.
    private static double Mean(List<double> above, double sum)
    {
        double largest = double.NegativeInfinity, total = 0;
        foreach (double value in above)
            largest = Math.Max(largest, value);
        // Differences from the largest keep the digits of close elements.
        foreach (double value in above)
            total += value - largest;
        return largest + ((total - sum) / above.Count);
    }
}
