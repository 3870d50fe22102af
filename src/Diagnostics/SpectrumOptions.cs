namespace ConservativeAD.Diagnostics;

/// <summary>The options of an eigenvalue computation.</summary>
public sealed record SpectrumOptions
{
    /// <summary>The most Hessian-vector products. With at least as many as there are variables, every eigenvalue is found.</summary>
    public int Products { get; init; } = 200;

    /// <summary>The accuracy of the extreme eigenvalues at which the computation ends early, relative to the largest magnitude.</summary>
    public double Tolerance { get; init; } = 1e-10;

    /// <summary>The selections of backpropagation at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>The seed of the first vector.</summary>
    public ulong Seed { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Products);
        if (!(Tolerance >= 0))
            throw new ArgumentException($"A tolerance of {Tolerance} was given; it may not be negative.");
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
