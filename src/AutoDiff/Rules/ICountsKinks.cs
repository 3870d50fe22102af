using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>A rule that can count its kinks without marking them, which keeps a census to one pass over its inputs.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface ICountsKinks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Counts the elements at a kink, with <see cref="KinkContext{T}.Count"/> and similar methods. The count equals the number of elements that
    /// <see cref="IRule{T}.Kinks"/> would mark.
    /// </summary>
    /// <param name="context">Inputs and output.</param>
    void CountKinks(in KinkContext<T> context);
}
