using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>xᵖ for a number p. With p below 1 it is not locally Lipschitz at 0; below 0 it is a number for whole p only.</summary>
/// <param name="exponent">p.</param>
public readonly struct Pow(double exponent) : IUnaryRule<Pow>
{
    private readonly double exponent = exponent;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("pow", TameClass.LogExp) { IsLocallyLipschitz = false, IsUnboundedOnBoundedSets = true };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public static L Kink<L>(Pow rule, L x)
        where L : struct, ILane<L> => rule.exponent is < 1 and not 0 ? L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0)) : L.Constant(0);

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L> => L.Pow(x, L.Broadcast(exponent));

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => exponent == 0 ? L.Constant(0) : L.Broadcast(exponent) * L.Pow(x, L.Broadcast(exponent - 1));
}

/// <content>pow.</content>
public static partial class Operations
{
    /// <summary>xᵖ, elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <param name="exponent">p.</param>
    public static Var<T> Pow<T>(this Var<T> x, double exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Pow>(new Pow(exponent)));
}
