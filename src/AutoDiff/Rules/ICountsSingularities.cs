using System.Numerics;

namespace ConservativeAD;

/// <summary>A rule that can tell where its derivative is not finite, as that of a square root at 0: there it is not locally Lipschitz.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface ICountsSingularities<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Counts the elements at which the derivative is infinite or NaN, by <see cref="KinkContext{T}.Count"/> and its like.</summary>
    /// <param name="context">Inputs and output.</param>
    void CountSingularities(in KinkContext<T> context);
}
