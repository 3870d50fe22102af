namespace ConservativeAD.Kernels;

/// <summary>How convolutions are computed.</summary>
public enum ConvolutionMethod
{
    /// <summary>Whichever way is faster for the sizes at hand.</summary>
    Automatic,

    /// <summary>As sums of products of inputs and weights: each output is one sum of its own taps and of nothing else.</summary>
    Products,

    /// <summary>
    /// By Winograd's minimal filtering wherever it applies (kernels of three by three, stride 1, one group, float), whether or not it is
    /// faster; elsewhere as sums of products.
    /// </summary>
    Winograd,
}
