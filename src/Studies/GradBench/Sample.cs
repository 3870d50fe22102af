namespace ConservativeAD.Studies.GradBench;

/// <summary>
/// Numbers for samples: the same in every run, and no two alike. A tape of single numbers compiles a path of its own for each kind of operation that happens to
/// be a sixty-fourth one, so samples for it record some hundreds of each.
/// </summary>
internal static class Sample
{
    // The fractional parts of multiples of the golden ratio fill an interval evenly.
    private const double GoldenRatio = 1.618033988749895;

    /// <summary>Numbers between two bounds.</summary>
    /// <param name="count">How many.</param>
    /// <param name="from">The lower bound.</param>
    /// <param name="to">The upper bound.</param>
    /// <param name="skipped">How many numbers of the sequence come before them.</param>
    public static double[] Numbers(int count, double from, double to, int skipped = 0) =>
        [.. Enumerable.Range(skipped + 1, count).Select(i => from + ((to - from) * (i * GoldenRatio % 1)))];

    /// <summary>Rows of such numbers.</summary>
    /// <param name="count">How many rows.</param>
    /// <param name="length">Their length.</param>
    /// <param name="from">The lower bound.</param>
    /// <param name="to">The upper bound.</param>
    /// <param name="skipped">How many numbers of the sequence come before them.</param>
    public static double[][] Matrix(int count, int length, double from, double to, int skipped = 0) =>
        Rows.Of(Numbers(count * length, from, to, skipped), count);
}
