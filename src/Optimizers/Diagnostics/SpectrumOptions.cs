namespace ConservativeAD.Diagnostics;

/// <summary>How eigenvalues are looked for.</summary>
public sealed record SpectrumOptions
{
    /// <summary>How many products are taken at most. With at least as many as there are variables, every eigenvalue is found.</summary>
    public int Products { get; init; } = 200;

    /// <summary>How accurate the extreme eigenvalues must be before it ends early, relative to the largest in size.</summary>
    public double Tolerance { get; init; } = 1e-10;

    /// <summary>What backpropagation returns at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>The seed of the first vector.</summary>
    public ulong Seed { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Products);
        if (!(Tolerance >= 0))
            throw new ArgumentException($"A tolerance of {Tolerance} was given; it may not be negative.");
    }
}
