using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>asinh(x).</summary>
public readonly struct Asinh : IUnaryRule<Asinh>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("asinh", TameClass.LogExp) { Monotonicity = Monotonicity.Increasing, OnBoundedSets = TameClass.GloballySubanalytic };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L>
    {
        L one = L.Constant(1), size = L.Abs(x), square = size * size;
        L value = default(LogOnePlus).Value(size + (square / (one + L.Sqrt(one + square))));
        return L.IfGreater(L.Constant(0), x, -value, value);
    }

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => L.Constant(1) / L.Sqrt(L.Constant(1) + (x * x));
}

/// <content>asinh.</content>
public static partial class Operations
{
    /// <summary>The inverse hyperbolic sine, elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    public static Var<T> Asinh<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Asinh>(default));
}
