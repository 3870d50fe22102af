namespace ConservativeAD;

/// <summary>What a quantile is if it falls between two elements of the sorted order. The names are those of NumPy and PyTorch.</summary>
public enum QuantileInterpolation
{
    /// <summary>The two elements, weighted by how near they are.</summary>
    Linear,

    /// <summary>The smaller one.</summary>
    Lower,

    /// <summary>The larger one.</summary>
    Higher,

    /// <summary>The mean of both.</summary>
    Midpoint,

    /// <summary>The nearer one; halfway, the one whose place is even.</summary>
    Nearest,
}
