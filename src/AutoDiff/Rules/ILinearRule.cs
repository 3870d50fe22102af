using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>A rule that is linear, given its attributes: it has no kinks, and its pullback does not change along tangents.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface ILinearRule<T> : ISmoothRule<T>, IPiecewiseLinearRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
