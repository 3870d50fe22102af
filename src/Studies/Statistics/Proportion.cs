namespace ConservativeAD.Studies.Statistics;

/// <summary>An observed proportion with a confidence interval.</summary>
/// <param name="Value">Hits over trials.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal sealed record Proportion(double Value, double Low, double High)
{
    /// <summary>The 97.5 % quantile of the normal distribution: for a two-sided interval of 95 %.</summary>
    public const double Quantile95 = 1.959963984540054;

    /// <summary>The 99.95 % quantile of the normal distribution: for a two-sided interval of 99.9 %.</summary>
    public const double Quantile999 = 3.2905267314919255;

    /// <summary>Wilson's score interval (J. Amer. Statist. Assoc. 22, 1927).</summary>
    /// <param name="hits">How many trials were hits.</param>
    /// <param name="trials">How many trials there were; at least 1.</param>
    /// <param name="quantile">The normal quantile of the confidence asked for.</param>
    public static Proportion Wilson(long hits, long trials, double quantile = Quantile95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, trials);
        double square = quantile * quantile;
        double p = (double)hits / trials;
        double scale = 1 + (square / trials);
        double center = (p + (square / (2.0 * trials))) / scale;
        double half = quantile * Math.Sqrt((p * (1 - p) / trials) + (square / (4.0 * trials * trials))) / scale;
        return new Proportion(p, hits == 0 ? 0 : center - half, hits == trials ? 1 : center + half);
    }
}
