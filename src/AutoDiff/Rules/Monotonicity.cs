namespace ConservativeAD;

/// <summary>How a function's value moves with its arguments, as far as it is known.</summary>
public enum Monotonicity
{
    /// <summary>Not known, or neither.</summary>
    Unknown,

    /// <summary>Never down where an argument goes up.</summary>
    Increasing,

    /// <summary>Never up where an argument goes up.</summary>
    Decreasing,

    /// <summary>Never down with the first argument, never up with the second.</summary>
    Difference,
}
