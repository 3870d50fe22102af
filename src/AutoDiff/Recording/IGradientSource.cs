using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Supplies gradients to an optimiser: a reverse pass (<see cref="Gradients{T}"/>) or a combination of several.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IGradientSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether there is a gradient for a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="InvalidOperationException">The gradients are no longer available.</exception>
    bool Has(Parameter<T> parameter);

    /// <summary>The gradient with respect to a parameter: a contiguous array of the parameter's shape.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="InvalidOperationException">There is no gradient for the parameter.</exception>
    NDArray<T> Of(Parameter<T> parameter);
}
