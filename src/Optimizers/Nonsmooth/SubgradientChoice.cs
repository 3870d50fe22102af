namespace ConservativeAD.Optimizers;

/// <summary>Which element a method is given as the gradient at a point.</summary>
public enum SubgradientChoice
{
    /// <summary>What backpropagation returns: an element of a conservative gradient.</summary>
    Conservative,

    /// <summary>An element of Clarke's subdifferential.</summary>
    Clarke,

    /// <summary>The element of least norm of Clarke's subdifferential, as far as its generators are known within the budget of cells.</summary>
    MinimalNorm,
}
