using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>x/(1 + e⁻ˣ), also called swish.</summary>
public readonly struct Silu : IUnaryRule<Silu>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("silu", TameClass.LogExp) { OnBoundedSets = TameClass.GloballySubanalytic };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L> => x * Lane.Sigmoid(x);

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L>
    {
        L s = Lane.Sigmoid(x);
        return s * (L.Constant(1) + (x * (L.Constant(1) - s)));
    }
}

/// <content>silu.</content>
public static partial class Operations
{
    /// <summary>x/(1 + e⁻ˣ), elementwise; also called swish.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    public static Var<T> Silu<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Silu>(default));
}
