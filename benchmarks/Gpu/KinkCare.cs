namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>The treatment of kinks by a gradient.</summary>
internal enum KinkCare
{
    /// <summary>Plain backpropagation.</summary>
    None,

    /// <summary>With a count of the kinks met.</summary>
    Census,

    /// <summary>A Clarke gradient.</summary>
    Clarke,
}
