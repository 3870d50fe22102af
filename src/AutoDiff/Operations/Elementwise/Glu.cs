using System.Numerics;

namespace ConservativeAD;

/// <content>Gated linear units.</content>
public static partial class Operations
{
    /// <summary>The first half of an axis times the sigmoid of the second: a gated linear unit (Dauphin et al., ICML 2017).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis, of even extent; negative counts from the end.</param>
    /// <exception cref="ArgumentException">The extent of the axis is odd.</exception>
    public static Var<T> Glu<T>(this Var<T> x, int axis = -1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int extent = x.Shape[axis], half = extent / 2;
        if (extent % 2 != 0)
            throw new ArgumentException($"glu: axis {axis} of shape {x.Shape} has the odd extent {extent}; it must have two halves.", nameof(axis));
        return x.Slice(axis, 0, half) * x.Slice(axis, half, half).Sigmoid();
    }
}
