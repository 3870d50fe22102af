namespace ConservativeAD.Networks;

/// <summary>Bounds on what a model may ask for, so that a file of unknown origin cannot exhaust the machine.</summary>
public sealed record OnnxLimits
{
    /// <summary>The limits that hold where none are given.</summary>
    public static OnnxLimits Default { get; } = new();

    /// <summary>The largest number of bytes of a file, and of all external data together; at most 2³¹ − 1.</summary>
    public int MaximumBytes { get; init; } = int.MaxValue;

    /// <summary>The largest number of elements of a value; 2²⁸ is a gibibyte of floats.</summary>
    public int MaximumElements { get; init; } = 1 << 28;

    /// <summary>How deep subgraphs may be nested.</summary>
    public int MaximumDepth { get; init; } = 8;

    /// <summary>The largest number of nodes that one run may compute, those of loops counted each time.</summary>
    public int MaximumSteps { get; init; } = 1_000_000;
}
