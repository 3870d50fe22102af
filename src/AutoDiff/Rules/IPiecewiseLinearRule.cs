using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>A rule that is linear on each of its pieces, given its attributes: its pullback does not change along tangents.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IPiecewiseLinearRule<T> : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    void IRule<T>.PullbackTangent(in SecondOrderContext<T> context)
    {
    }
}
