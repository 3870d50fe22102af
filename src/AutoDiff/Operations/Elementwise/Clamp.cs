using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>x between two bounds, the nearer bound outside. Kinks at the bounds, where every slope in [0, 1] is a Clarke subgradient.</summary>
/// <param name="minimum">The lower bound.</param>
/// <param name="maximum">The upper bound; above the lower.</param>
/// <param name="atBounds">The slopes at the two bounds; the selections' if null. Any real numbers are conservative.</param>
public readonly struct Clamp(double minimum, double maximum, BoundSelection? atBounds) : IUnaryRule<Clamp>
{
    private readonly double minimum = minimum;
    private readonly double maximum = maximum;
    private readonly IdentityBetweenBounds bounds = new(minimum, maximum);
    private readonly Choice<BoundSelection> atBounds = atBounds;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("clamp", TameClass.SemiAlgebraic)
    {
        IsSmooth = false,
        Monotonicity = Monotonicity.Increasing,
        IsBounded = true,
    };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public static Clamp Select(Clamp rule, Selections selections) => new(rule.minimum, rule.maximum, rule.atBounds.Or(selections.ClampAtBounds));

    /// <inheritdoc/>
    public static L Kink<L>(Clamp rule, L x)
        where L : struct, ILane<L> => rule.bounds.Kink(x);

    /// <inheritdoc/>
    public static L DirectionalSlope<L>(Clamp rule, L x, L value, L tangent)
        where L : struct, ILane<L> => rule.bounds.DirectionalSlope(x, tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Value<L>(L x)
        where L : struct, ILane<L> => bounds.Value(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => bounds.Slope(x, atBounds.GetValueOrDefault());
}

/// <content>clamp.</content>
public static partial class Operations
{
    /// <summary>x between two bounds, the nearer bound outside, elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <param name="minimum">The lower bound.</param>
    /// <param name="maximum">The upper bound; above the lower.</param>
    /// <param name="atBounds">The slopes at the two bounds; the selections' if null. Any real numbers.</param>
    public static Var<T> Clamp<T>(this Var<T> x, double minimum, double maximum, BoundSelection? atBounds = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Clamp>(new Clamp(Selections.Ordered(minimum, maximum).Lower, maximum, atBounds)));
}
