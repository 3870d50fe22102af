namespace ConservativeAD.Studies.Statistics;

/// <summary>A proportion with a confidence interval.</summary>
/// <param name="Value">Hits per trial.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Proportion(double Value, double Low, double High)
{
    // The 97.5 % quantile of the normal distribution.
    private const double Quantile = 1.959963984540054;

    /// <summary>
    /// Wilson's score interval at 95 % (E. B. Wilson, J. Amer. Statist. Assoc. 22, 1927), which stays in [0, 1] and is meaningful at 0 hits.
    /// </summary>
    /// <param name="hits">Hits.</param>
    /// <param name="trials">Trials; at least 1.</param>
    public static Proportion Wilson(long hits, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)hits, (ulong)trials, nameof(hits));
        double p = (double)hits / trials, square = Quantile * Quantile;
        double centre = p + (square / (2 * trials)), scale = 1 + (square / trials);
        double half = Quantile * Math.Sqrt((p * (1 - p) / trials) + (square / (4.0 * trials * trials)));
        return new Proportion(p, hits == 0 ? 0 : (centre - half) / scale, hits == trials ? 1 : (centre + half) / scale);
    }
}
