namespace ConservativeAD.Solutions;

/// <summary>How a function is smoothed, and how the gradients of the smoothed function are sampled.</summary>
public sealed record SmoothingOptions
{
    /// <summary>The deviation σ of a normal step, or the radius of a ball; above 0.</summary>
    public double Radius { get; init; } = 0.1;

    /// <summary>The number of samples of each estimator; at least 2.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>The seed; all estimators draw the same directions.</summary>
    public ulong Seed { get; init; }

    /// <summary>The confidence of the intervals, each for itself; between 0 and 1.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Stops the sampling.</summary>
    public CancellationToken Cancellation { get; init; }

    internal SmoothingOptions Checked()
    {
        if (!(Radius > 0 && double.IsFinite(Radius)))
            throw new ArgumentOutOfRangeException(nameof(Radius), Radius, $"A radius of {Radius} was given; it must be above 0 and finite.");
        new ExpectationOptions { Samples = Samples, Level = Level }.Checked();
        return this;
    }
}
