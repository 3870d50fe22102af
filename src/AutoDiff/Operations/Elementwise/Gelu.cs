using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>x·Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel, 2016); exact, by the error function.</summary>
public readonly struct Gelu : IUnaryRule<Gelu>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("gelu", TameClass.Pfaffian) { OnBoundedSets = TameClass.GloballySubanalytic };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Value<L>(L x)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5) * x;
        return L.MultiplyAdd(half, L.Erf(x * L.Constant(0.70710678118654752440)), half);
    }

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L>
    {
        L distribution = L.Constant(0.5) * (L.Constant(1) + Lane.Erf(x * L.Constant(0.70710678118654752440)));
        L density = L.Constant(0.39894228040143267794) * L.Exp(L.Constant(-0.5) * (x * x));
        return distribution + (x * density);
    }
}

/// <content>gelu.</content>
public static partial class Operations
{
    /// <summary>x·Φ(x), elementwise, with Φ the normal distribution function; exact.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    public static Var<T> Gelu<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Gelu>(default));
}
