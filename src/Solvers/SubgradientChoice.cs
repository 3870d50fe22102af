namespace ConservativeAD.Solvers;

/// <summary>The choice of the element that a method receives as the gradient at a point.</summary>
public enum SubgradientChoice
{
    /// <summary>The result of backpropagation: an element of a conservative gradient.</summary>
    Conservative,

    /// <summary>An element of Clarke's subdifferential.</summary>
    Clarke,

    /// <summary>The element of least norm of Clarke's subdifferential, as far as the budget of cells reveals its generators.</summary>
    MinimalNorm,
}
