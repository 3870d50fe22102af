using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Where an optimiser finds gradients: a reverse pass (<see cref="Gradients{T}"/>), or what was made of several.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IGradientSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether there is a gradient for a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    bool Has(Parameter<T> parameter);

    /// <summary>The gradient with respect to a parameter; contiguous, of its shape.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    NDArray<T> Of(Parameter<T> parameter);
}
