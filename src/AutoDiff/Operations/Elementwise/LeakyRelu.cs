using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>x for x > 0, a·x below. One kink, at 0, where every slope between a and 1 is a Clarke subgradient.</summary>
/// <param name="slope">a.</param>
/// <param name="slopeAtZero">The slope at 0; the selections' if null. Any real number is conservative.</param>
public readonly struct LeakyRelu(double slope, double? slopeAtZero) : IUnaryRule<LeakyRelu>, ITellsShape
{
    private readonly double slope = slope;
    private readonly Choice<double> slopeAtZero = slopeAtZero;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("leaky relu", TameClass.SemiAlgebraic) { IsSmooth = false };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public static LeakyRelu Select(LeakyRelu rule, Selections selections) =>
        new(rule.slope, rule.slope == 1 ? 1 : rule.slopeAtZero.Or(selections.LeakyReluAtZero ?? (selections.LeastNorm ? Selections.LeastBetween(rule.slope, 1) : rule.slope)));

    /// <inheritdoc/>
    public static L Kink<L>(LeakyRelu rule, L x)
        where L : struct, ILane<L> => rule.slope != 1 ? L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0)) : L.Constant(0);

    /// <inheritdoc/>
    public static L DirectionalSlope<L>(LeakyRelu rule, L x, L value, L tangent)
        where L : struct, ILane<L> =>
        L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x - L.Constant(0)), L.Constant(0), L.Constant(1), L.Broadcast(rule.slope));

    /// <inheritdoc/>
    public Curvature Curvature => slope <= 1 ? Curvature.Convex : Curvature.Concave;

    /// <inheritdoc/>
    public Monotonicity Monotonicity => slope >= 0 ? Monotonicity.Increasing : Monotonicity.Unknown;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Value<L>(L x)
        where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), x, L.Broadcast(slope) * x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> =>
        L.IfGreater(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(0), L.Broadcast(slopeAtZero.GetValueOrDefault()), L.Broadcast(slope)));
}

/// <content>leaky relu.</content>
public static partial class Operations
{
    /// <summary>x for x > 0, a·x below, elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <param name="slope">a, the slope below 0.</param>
    /// <param name="slopeAtZero">The slope at 0; the selections' if null. Any real number.</param>
    public static Var<T> LeakyRelu<T>(this Var<T> x, double slope = 0.01, double? slopeAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LeakyRelu>(new LeakyRelu(slope, slopeAtZero)));
}
