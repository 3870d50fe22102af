using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>x for x > 0, α(eˣ − 1) below (Clevert, Unterthiner and Hochreiter, ICLR 2016). A kink at 0 unless α = 1.</summary>
/// <param name="alpha">α.</param>
/// <param name="slopeAtZero">The slope at 0; the selections' if null. Any real number is conservative.</param>
public readonly struct Elu(double alpha, double? slopeAtZero) : IUnaryRule<Elu>
{
    private readonly double alpha = alpha;
    private readonly Choice<double> slopeAtZero = slopeAtZero;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("elu", TameClass.LogExp)
    {
        IsSmooth = false,
        Monotonicity = Monotonicity.Increasing,
        OnBoundedSets = TameClass.GloballySubanalytic,
    };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public static Elu Select(Elu rule, Selections selections) =>
        new(rule.alpha, rule.alpha == 1 ? 1 : rule.slopeAtZero.Or(selections.EluAtZero ?? (selections.LeastNorm ? Selections.LeastBetween(rule.alpha, 1) : rule.alpha)));

    /// <inheritdoc/>
    public static L Kink<L>(Elu rule, L x)
        where L : struct, ILane<L> => rule.alpha != 1 ? L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0)) : L.Constant(0);

    /// <inheritdoc/>
    public static L DirectionalSlope<L>(Elu rule, L x, L value, L tangent)
        where L : struct, ILane<L> =>
        L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x - L.Constant(0)), L.Constant(0), L.Constant(1), L.Broadcast(rule.alpha) * L.Exp(x));

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), x, L.Broadcast(alpha) * Lane.ExpMinusOne(x));

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> =>
        L.IfGreater(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(0), L.Broadcast(slopeAtZero.GetValueOrDefault()), L.Broadcast(alpha) * L.Exp(x)));
}

/// <content>elu.</content>
public static partial class Operations
{
    /// <summary>x for x > 0, α(eˣ − 1) below, elementwise.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <param name="alpha">α: −α is the value far below 0.</param>
    /// <param name="slopeAtZero">The slope at 0; the selections' if null. Any real number.</param>
    public static Var<T> Elu<T>(this Var<T> x, double alpha = 1, double? slopeAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Elu>(new Elu(alpha, slopeAtZero)));
}
