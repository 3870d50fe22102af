namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>How closely a gradient looks at kinks.</summary>
internal enum KinkCare
{
    /// <summary>Plain backpropagation.</summary>
    None,

    /// <summary>With a count of the kinks met.</summary>
    Census,

    /// <summary>A Clarke gradient.</summary>
    Clarke,
}
