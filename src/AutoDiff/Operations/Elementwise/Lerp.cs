using System.Numerics;

namespace ConservativeAD;

/// <content>Linear interpolation.</content>
public static partial class Operations
{
    /// <summary>x·(1 − weight) + y·weight, elementwise: exactly x at weight 0 and exactly y at weight 1 if both are finite. The shapes broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The value at weight 0.</param>
    /// <param name="y">The value at weight 1.</param>
    /// <param name="weight">The weight of y; beyond [0, 1] the line goes on.</param>
    public static Var<T> Lerp<T>(this Var<T> x, Var<T> y, double weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Scale(1 - weight) + y.Scale(weight);

    /// <summary>x·(1 − weight) + y·weight, elementwise: exactly x at weight 0 and exactly y at weight 1 if both are finite. All shapes broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The value at weight 0.</param>
    /// <param name="y">The value at weight 1.</param>
    /// <param name="weight">The weights of y; beyond [0, 1] the line goes on.</param>
    public static Var<T> Lerp<T>(this Var<T> x, Var<T> y, Var<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (x * (T.One - weight)) + (y * weight);
}
