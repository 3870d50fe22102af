namespace ConservativeAD.Nonsmooth;

/// <summary>Vectors of small integers that are orthogonal to given rows.</summary>
internal static class WholeKernel
{
    private const double Nothing = 1e-9;
    private const int MaximumDenominator = 12;

    /// <summary>
    /// A combination of the kernel's basis vectors with integer weights, and each basis vector alone; only vectors with exactly integer coordinates.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="dimension">Their length.</param>
    /// <param name="draws">Random numbers that determine the combination.</param>
    public static IReadOnlyList<double[]> Of(IEnumerable<double[]> rows, int dimension, double[] draws)
    {
        List<double[]> reduced = [];
        List<int> pivots = [];
        foreach (double[] row in rows)
            Reduce(reduced, pivots, [.. row]);
        List<double[]> basis = [];
        for (int free = 0; free < dimension; free++)
        {
            if (pivots.Contains(free))
                continue;
            double[] vector = new double[dimension];
            vector[free] = 1;
            for (int i = 0; i < reduced.Count; i++)
                vector[pivots[i]] = -reduced[i][free];
            if (Whole(vector) is { } whole)
                basis.Add(whole);
        }

        if (basis.Count == 0)
            return [];
        double[] mixture = new double[dimension];
        for (int i = 0; i < basis.Count; i++)
        {
            double weight = draws[i % draws.Length] >= 0 ? 1 + (i % 2) : -1;
            for (int k = 0; k < dimension; k++)
                mixture[k] += weight * basis[i][k];
        }

        return mixture.Any(x => x != 0) ? [mixture, .. basis] : basis;
    }

    // Gauss–Jordan elimination: every pivot column has a single 1.
    private static void Reduce(List<double[]> reduced, List<int> pivots, double[] row)
    {
        for (int i = 0; i < reduced.Count; i++)
            Subtract(row, reduced[i], row[pivots[i]]);
        int pivot = 0;
        for (int k = 1; k < row.Length; k++)
        {
            if (Math.Abs(row[k]) > Math.Abs(row[pivot]))
                pivot = k;
        }

        if (Math.Abs(row[pivot]) <= Nothing)
            return;
        double scale = row[pivot];
        for (int k = 0; k < row.Length; k++)
            row[k] /= scale;
        foreach (double[] other in reduced)
            Subtract(other, row, other[pivot]);
        reduced.Add(row);
        pivots.Add(pivot);
    }

    private static void Subtract(double[] row, double[] other, double factor)
    {
        for (int k = 0; k < row.Length; k++)
            row[k] -= factor * other[k];
    }

    private static double[]? Whole(double[] vector)
    {
        for (int denominator = 1; denominator <= MaximumDenominator; denominator++)
        {
            if (Array.TrueForAll(vector, x => Math.Abs((x * denominator) - Math.Round(x * denominator)) <= Nothing))
                return Array.ConvertAll(vector, x => Math.Round(x * denominator));
        }

        return null;
    }
}
