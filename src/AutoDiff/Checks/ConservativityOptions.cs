namespace ConservativeAD;

/// <summary>How hard a conservativity check tries.</summary>
public sealed record ConservativityOptions
{
    /// <summary>The selections under test; <see cref="Selections.PyTorch"/> if null.</summary>
    public Selections? Selections { get; init; }

    /// <summary>How many random segments, and as many curves.</summary>
    public int Paths { get; init; } = 6;

    /// <summary>How many segments inside kinks, as far as they are found.</summary>
    public int StratumPaths { get; init; } = 12;

    /// <summary>The largest defect that passes, relative to 1 plus the largest change of value along the path.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>The seed of the paths.</summary>
    public ulong Seed { get; init; }
}
