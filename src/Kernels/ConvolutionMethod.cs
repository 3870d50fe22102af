namespace ConservativeAD.Kernels;

/// <summary>How convolutions are computed.</summary>
public enum ConvolutionMethod
{
    /// <summary>The method that is expected to be faster for the given sizes.</summary>
    Automatic,

    /// <summary>Sums of products of inputs and weights: each output is the sum of its own taps only.</summary>
    Products,

    /// <summary>
    /// Winograd's minimal filtering wherever it applies (3 × 3 kernels, stride 1, one group, float), even if it is slower; sums of products elsewhere.
    /// </summary>
    Winograd,
}
