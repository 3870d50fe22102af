using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>min(max(x, 0), 6). Kinks at 0 and 6, where every slope in [0, 1] is a Clarke subgradient.</summary>
/// <param name="atBounds">The slopes at the two bounds; the selections' if null. Any real numbers are conservative.</param>
public readonly struct Relu6(BoundSelection? atBounds) : IUnaryRule<Relu6>
{
    private readonly IdentityBetweenBounds bounds = new(0, 6);
    private readonly Choice<BoundSelection> atBounds = atBounds;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("relu6", TameClass.SemiAlgebraic)
    {
        IsSmooth = false,
        Monotonicity = Monotonicity.Increasing,
        IsBounded = true,
    };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public static Relu6 Select(Relu6 rule, Selections selections) => new(rule.atBounds.Or(selections.Relu6AtBounds));

    /// <inheritdoc/>
    public static L Kink<L>(Relu6 rule, L x)
        where L : struct, ILane<L> => rule.bounds.Kink(x);

    /// <inheritdoc/>
    public static L DirectionalSlope<L>(Relu6 rule, L x, L value, L tangent)
        where L : struct, ILane<L> => rule.bounds.DirectionalSlope(x, tangent);

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L> => bounds.Value(x);

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => bounds.Slope(x, atBounds.GetValueOrDefault());
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
