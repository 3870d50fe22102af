using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>∛x. Not locally Lipschitz at 0.</summary>
public readonly struct CubeRoot : IUnaryRule<CubeRoot>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("cube root", TameClass.SemiAlgebraic) { IsLocallyLipschitz = false, Monotonicity = Monotonicity.Increasing };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Value;

    /// <inheritdoc/>
    public static L Kink<L>(CubeRoot rule, L x)
        where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), size = L.Abs(x), root = L.Pow(size, L.Constant(1.0 / 3));

        // One step of Newton's method takes the last error of the power away; at 0 there is nothing to correct.
        root = L.IfEqual(size, zero, zero, root - ((root - (size / (root * root))) / L.Constant(3)));
        return L.IfGreater(zero, x, -root, root);
    }

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => L.Constant(1) / (L.Constant(3) * value * value);
}

/// <content>cube root.</content>
public static partial class Operations
{
    /// <summary>∛x, elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    public static Var<T> Cbrt<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, CubeRoot>(default));
}
