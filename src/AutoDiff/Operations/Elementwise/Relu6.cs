using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>min(max(x, 0), 6). Kinks at 0 and 6, where every slope in [0, 1] is a Clarke subgradient.</summary>
/// <param name="atBounds">The slopes at the two bounds; the selections' if null. Any real numbers are conservative.</param>
public readonly struct Relu6(BoundSelection? atBounds) : IUnaryRule<Relu6>
{
    private readonly BoundSelection? atBounds = atBounds;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("relu6", TameClass.SemiAlgebraic) { IsSmooth = false };

    /// <inheritdoc/>
    public static Relu6 Select(Relu6 rule, Selections selections) => new(rule.atBounds ?? selections.Relu6AtBounds);

    /// <inheritdoc/>
    public static L Kink<L>(Relu6 rule, L x)
        where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(6), L.Constant(1), L.Constant(0)));

    /// <inheritdoc/>
    public static L DirectionalSlope<L>(Relu6 rule, L x, L value, L tangent)
        where L : struct, ILane<L>
    {
        L lower = L.Constant(0), upper = L.Constant(6), zero = L.Constant(0);
        L inside = L.IfGreater(L.IfEqual(x, lower, tangent, x - lower), zero, L.Constant(1), L.Constant(0));
        return L.IfGreater(L.IfEqual(x, upper, tangent, x - upper), zero, L.Constant(0), inside);
    }

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L> => L.Min(L.Max(x, L.Constant(0)), L.Constant(6));

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L>
    {
        L lower = L.Constant(0), upper = L.Constant(6);
        L inside = L.IfGreater(x, lower, L.Constant(1), L.IfEqual(x, lower, L.Constant(atBounds.GetValueOrDefault().Lower), L.Constant(0)));
        return L.IfGreater(x, upper, L.Constant(0), L.IfEqual(x, upper, L.Constant(atBounds.GetValueOrDefault().Upper), inside));
    }
}

/// <content>relu6.</content>
public static partial class Operations
{
    /// <summary>min(max(x, 0), 6), elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <param name="atBounds">The slopes at the two bounds; the selections' if null. Any real numbers.</param>
    public static Var<T> Relu6<T>(this Var<T> x, BoundSelection? atBounds = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Relu6>(new Relu6(atBounds)));
}
