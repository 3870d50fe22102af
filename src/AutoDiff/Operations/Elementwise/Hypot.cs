using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>The length of a pair.</content>
public static partial class Operations
{
    /// <summary>
    /// √(x² + y²), elementwise, without overflow: the ℓ₂ norm of the pair, whose Clarke set at the origin is the unit disc. The shapes broadcast. NaN where x
    /// or y is NaN, also where the other is infinite.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, 1)/√2; that of the selections if null. Clarke in [−1, 1].</param>
    public static Var<T> Hypot<T>(this Var<T> x, Var<T> y, double? lengthAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.Tape.Check(y);
        Shape shape = Shape.Broadcast(x.Shape, y.Shape, "hypot");
        return Stack(-1, Broadcast(x, shape), Broadcast(y, shape)).Norm2(-1, false, lengthAtZero);
    }

    // Records nothing for an array that has the shape already.
    private static Var<T> Broadcast<T>(Var<T> x, in Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Shape == shape ? x : x.Apply(new Rules.BroadcastTo<T>(shape));
}
