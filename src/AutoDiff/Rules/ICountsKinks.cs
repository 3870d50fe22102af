using System.Numerics;

namespace ConservativeAD;

/// <summary>A rule that can count its kinks without marking them, which keeps a census to one pass over its inputs.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface ICountsKinks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many elements sit at a kink; the number of marks that <see cref="IRule{T}.Kinks"/> would set.</summary>
    /// <param name="context">Inputs and output.</param>
    long CountKinks(in KinkContext<T> context);
}
