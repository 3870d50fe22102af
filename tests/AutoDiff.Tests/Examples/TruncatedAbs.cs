using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Examples;

/// <summary>min(|x|, c): the truncated ℓ₁ penalty. Kinks at 0 and at ±c.</summary>
/// <param name="cap">c, above 0.</param>
/// <param name="slopeAtZero">The slope at 0; the selections' abs'(0) if null.</param>
public readonly struct TruncatedAbs(double cap, double? slopeAtZero = null) : IUnaryRule<TruncatedAbs>
{
    private readonly double cap = cap;
    private readonly double? slopeAtZero = slopeAtZero;

    public static OperationFacts Facts { get; } = new("truncated abs", TameClass.SemiAlgebraic) { IsSmooth = false };

    public static TruncatedAbs Select(TruncatedAbs rule, Selections selections) =>
        new(rule.cap, rule.slopeAtZero ?? selections.AbsAtZero);

    public static L Kink<L>(TruncatedAbs rule, L x)
        where L : struct, ILane<L>
    {
        L one = L.Constant(1);
        L atCap = L.IfEqual(L.Abs(x), L.Broadcast(rule.cap), one, L.Constant(0));
        return L.IfEqual(x, L.Constant(0), one, atCap);
    }

    public static L DirectionalSlope<L>(TruncatedAbs rule, L x, L value, L tangent)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0);
        L side = Lane.Sign(L.IfEqual(x, zero, tangent, x));
        L movesOut = L.IfGreater(side * tangent, zero, zero, side);
        L beyond = L.IfEqual(L.Abs(x), L.Broadcast(rule.cap), movesOut, side);
        return L.IfGreater(L.Abs(x), L.Broadcast(rule.cap), zero, beyond);
    }

    public L Value<L>(L x)
        where L : struct, ILane<L> => L.Min(L.Abs(x), L.Broadcast(cap));

    // At ±c the slope is that of the flat side, for any selections.
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> =>
        L.IfGreater(L.Broadcast(cap), L.Abs(x), Lane.Sign(x, L.Broadcast(slopeAtZero.GetValueOrDefault())), L.Constant(0));
}
