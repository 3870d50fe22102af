using System.Numerics;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>The ℓ∞ norm: the largest magnitude.</content>
public static partial class Operations
{
    /// <summary>‖x‖∞ of all elements, as a value of rank 0: the maximum of the absolute values, with the kinks and selections of both.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element.</param>
    /// <param name="ties">The selection if several elements have the largest magnitude; that of the selections if null.</param>
    public static Var<T> NormInfinity<T>(this Var<T> x, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Abs().Max(ties);

    /// <summary>‖x‖∞ over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="ties">The selection if several elements have the largest magnitude; that of the selections if null.</param>
    public static Var<T> NormInfinity<T>(this Var<T> x, int axis, bool keepAxis = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Abs().Max(axis, keepAxis, ties);

    /// <summary>‖x‖∞ over several axes.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
    /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
    /// <param name="ties">The selection if several elements have the largest magnitude; that of the selections if null.</param>
    /// <exception cref="ArgumentException">An axis is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
    public static Var<T> NormInfinity<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "norm infinity").NormInfinity(SeveralAxes.Joined, false, ties), x.Shape, axes, keepAxis);
}
