namespace ConservativeAD.Optimizers;

/// <summary>The behaviour of the partial sums of a series of non-negative terms.</summary>
public enum SeriesLimit
{
    /// <summary>They grow beyond every bound.</summary>
    Diverges,

    /// <summary>They approach a limit that no partial sum reaches.</summary>
    Converges,

    /// <summary>All terms from some step on are 0, so the sum is reached there.</summary>
    FiniteHorizon,

    /// <summary>What they do is not known.</summary>
    Unknown,
}

/// <summary>The known facts about a series of step sizes or of their squares.</summary>
/// <param name="Limit">The behaviour of its partial sums.</param>
/// <param name="Value">The sum; ∞ if it diverges, NaN if it is not known.</param>
/// <param name="Horizon">The step from which all terms are 0, if there is one.</param>
public readonly record struct SeriesBehaviour(SeriesLimit Limit, double Value, long? Horizon = null)
{
    /// <summary>A series that diverges.</summary>
    public static SeriesBehaviour Diverges { get; } = new(SeriesLimit.Diverges, double.PositiveInfinity);

    /// <summary>A series of which nothing is known.</summary>
    public static SeriesBehaviour Unknown { get; } = new(SeriesLimit.Unknown, double.NaN);

    /// <summary>A series with a finite sum.</summary>
    /// <param name="sum">The sum.</param>
    public static SeriesBehaviour Converges(double sum) => new(SeriesLimit.Converges, sum);

    /// <summary>A series whose terms are 0 from some step on.</summary>
    /// <param name="horizon">That step.</param>
    /// <param name="sum">The sum of the terms before.</param>
    public static SeriesBehaviour Finite(long horizon, double sum) => new(SeriesLimit.FiniteHorizon, sum, horizon);

    /// <inheritdoc/>
    public override string ToString() => Limit switch
    {
        SeriesLimit.Diverges => "diverges",
        SeriesLimit.Unknown => "is not known",
        SeriesLimit.Converges => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"converges to {Value:G6}"),
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ends at step {Horizon} with {Value:G6}"),
    };
}
