namespace ConservativeAD.Solutions;

/// <summary>How an expectation is sampled.</summary>
public sealed record ExpectationOptions
{
    /// <summary>The number of samples; at least 2.</summary>
    public int Samples { get; init; } = 10_000;

    /// <summary>The seed. Equal seeds draw equal samples at every point: common random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>The confidence of the intervals, each for itself; between 0 and 1.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>The choices at kinks; <see cref="ConservativeAD.Selections.PyTorch"/> if null.</summary>
    public Selections? Selections { get; init; }

    /// <summary>Stops the sampling.</summary>
    public CancellationToken Cancellation { get; init; }

    internal ExpectationOptions Checked()
    {
        if (Samples < 2)
            throw new ArgumentOutOfRangeException(nameof(Samples), Samples, $"{Samples} samples were asked for; an interval takes at least 2.");
        if (!(Level > 0 && Level < 1))
            throw new ArgumentOutOfRangeException(nameof(Level), Level, $"A confidence of {Level} was asked for; it must be between 0 and 1.");
        return this;
    }
}
