namespace ConservativeAD.Nonsmooth;

/// <summary>The effort and tolerance of a conservativity check.</summary>
public sealed record ConservativityOptions
{
    /// <summary>The selections under test; <see cref="Selections.PyTorch"/> if null.</summary>
    public Selections? Selections { get; init; }

    /// <summary>The number of random segments, and also of random curves.</summary>
    public int Paths { get; init; } = 6;

    /// <summary>The number of segments inside kinks, as far as such segments are found.</summary>
    public int StratumPaths { get; init; } = 12;

    /// <summary>The number of segments that start inside a kink and leave it. They show whether a program jumps at a kink.</summary>
    public int LeavingPaths { get; init; } = 6;

    /// <summary>The largest accepted defect, relative to 1 plus the largest change of the value along the path.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>The seed of the paths.</summary>
    public ulong Seed { get; init; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
