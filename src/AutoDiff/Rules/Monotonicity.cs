namespace ConservativeAD;

/// <summary>How a function's value changes with its arguments, as far as it is known.</summary>
public enum Monotonicity
{
    /// <summary>Unknown, or not monotone.</summary>
    Unknown,

    /// <summary>Non-decreasing in each argument.</summary>
    Increasing,

    /// <summary>Non-increasing in each argument.</summary>
    Decreasing,

    /// <summary>Non-decreasing in the first argument, non-increasing in the second.</summary>
    Difference,
}
