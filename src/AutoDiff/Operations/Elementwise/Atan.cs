using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>The inverse tangent.</summary>
public readonly struct Atan : IUnaryRule<Atan>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("atan", TameClass.GloballySubanalytic) { Monotonicity = Monotonicity.Increasing, IsBounded = true };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L> => L.Atan(x);

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => L.Constant(1) / (L.Constant(1) + (x * x));
}

/// <content>atan.</content>
public static partial class Operations
{
    /// <summary>The inverse tangent, elementwise, in radians.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    public static Var<T> Atan<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Atan>(default));
}
