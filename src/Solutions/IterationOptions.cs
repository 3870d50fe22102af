namespace ConservativeAD.Solutions;

/// <summary>When an iteration ends.</summary>
public sealed record IterationOptions
{
    /// <summary>The most steps; above 0.</summary>
    public int MaximumSteps { get; init; } = 10_000;

    /// <summary>
    /// The length of a step at which the iteration ends, as a share of 1 plus the length of the iterate; 0 for no end before <see cref="MaximumSteps"/>.
    /// </summary>
    public double Tolerance { get; init; } = 1e-12;

    /// <summary>The choices at kinks of the map; <see cref="ConservativeAD.Selections.PyTorch"/> if null.</summary>
    public Selections? Selections { get; init; }

    /// <summary>Stops the iteration.</summary>
    public CancellationToken Cancellation { get; init; }

    internal IterationOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumSteps);
        if (!(Tolerance >= 0))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, $"A tolerance of {Tolerance} was given; it must be 0 or above.");
        return this;
    }
}
