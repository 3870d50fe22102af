using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>xʸ, for x > 0. Not locally Lipschitz at x = 0 in general.</summary>
public readonly struct Power : IBinaryRule<Power>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("power", TameClass.LogExp) { IsLocallyLipschitz = false, IsUnboundedOnBoundedSets = true };

    /// <inheritdoc/>
    public static L Kink<L>(Power rule, L x, L y)
        where L : struct, ILane<L> =>
        L.IfEqual(x, L.Constant(0), L.IfGreater(L.Constant(1), y, L.Constant(1), L.Constant(0)), L.Constant(0));

    /// <inheritdoc/>
    public L Value<L>(L x, L y)
        where L : struct, ILane<L> => L.Pow(x, y);

    /// <inheritdoc/>
    public L SlopeOfFirst<L>(L x, L y)
        where L : struct, ILane<L> =>
        L.IfEqual(y, L.Constant(0), L.Constant(0), y * L.Pow(x, y - L.Constant(1)));

    // At x = 0 the logarithm is infinite; xʸ = 0 for y near a positive number, so the slope there is 0.
    /// <inheritdoc/>
    public L SlopeOfSecond<L>(L x, L y)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), value = L.Pow(x, y);
        return L.IfEqual(x, zero, zero, value * L.IfEqual(value, zero, zero, L.Log(x)));
    }
}

/// <content>Powers.</content>
public static partial class Operations
{
    /// <summary>xʸ, elementwise; the shapes broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The base, above 0.</param>
    /// <param name="y">The exponent.</param>
    public static Var<T> Power<T>(this Var<T> x, Var<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, Power>(default), x, y);
}
