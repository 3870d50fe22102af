using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>The angle of the point with ordinate x and abscissa y, in radians in [−π, π]. It jumps where the ordinate is 0 and the abscissa below 0, and has no limit at the origin.</summary>
public readonly struct Angle : IBinaryRule<Angle>
{
    // An angle is an arc tangent of a quotient in [−1, 1], and so analytic on a bounded set.
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("atan2", TameClass.GloballySubanalytic) { IsSmooth = false, IsContinuous = false, IsLocallyLipschitz = false, IsBounded = true };

    /// <inheritdoc/>
    public static L Kink<L>(Angle rule, L x, L y)
        where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.IfGreater(y, L.Constant(0), L.Constant(0), L.Constant(1)), L.Constant(0));

    /// <inheritdoc/>
    public L Value<L>(L x, L y)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), tall = L.Abs(x), wide = L.Abs(y);
        L steep = L.Constant(Math.PI / 2) - L.Atan(wide / tall), flat = L.IfEqual(wide, zero, zero, L.Atan(tall / wide));
        L first = L.IfGreater(tall, wide, steep, flat);
        L upper = L.IfGreater(zero, y, L.Constant(Math.PI) - first, first);
        return L.IfGreater(zero, x, -upper, upper);
    }

    /// <inheritdoc/>
    public L SlopeOfFirst<L>(L x, L y)
        where L : struct, ILane<L> => y / ((x * x) + (y * y));

    /// <inheritdoc/>
    public L SlopeOfSecond<L>(L x, L y)
        where L : struct, ILane<L> => -x / ((x * x) + (y * y));
}

/// <content>atan2.</content>
public static partial class Operations
{
    /// <summary>The angle of the point (x, y) with the first axis, elementwise, in radians; the shapes broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="y">The ordinate.</param>
    /// <param name="x">The abscissa.</param>
    public static Var<T> Atan2<T>(this Var<T> y, Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => y.Tape.Record(new BinaryOperation<T, Angle>(default), y, x);
}
