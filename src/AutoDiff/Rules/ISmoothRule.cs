using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>A rule without kinks. It marks nothing, and its locked pullback is its pullback.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface ISmoothRule<T> : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    NDArray<T> IRule<T>.Kinks(in KinkContext<T> context) => default;
}
