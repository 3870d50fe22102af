using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// Two elementwise operations in sequence, as a single operation. The value in between stays in registers, and the reverse pass recomputes it. The bits are the
/// same as those of the two operations in sequence.
/// </summary>
/// <param name="first">The operation applied to the argument.</param>
/// <param name="then">The operation applied to its value.</param>
internal readonly struct Composition<TFirst, TThen>(TFirst first, TThen then) : IUnaryRule<Composition<TFirst, TThen>>
    where TFirst : struct, IUnaryRule<TFirst>
    where TThen : struct, IUnaryRule<TThen>
{
    private readonly TFirst first = first;
    private readonly TThen then = then;

    public static OperationFacts Facts { get; } = FusedFacts.Of(TFirst.Facts, TThen.Facts);

    public static SlopeReads Reads => TThen.Reads == SlopeReads.Argument ? SlopeReads.Argument : SlopeReads.Both;

    public static Composition<TFirst, TThen> Select(Composition<TFirst, TThen> rule, Selections selections) =>
        new(TFirst.Select(rule.first, selections), TThen.Select(rule.then, selections));

    public static L Pullback<L>(Composition<TFirst, TThen> rule, L x, L value, L cotangent)
        where L : struct, ILane<L>
    {
        L between = rule.first.Value(x);
        return TFirst.Pullback(rule.first, x, between, TThen.Pullback(rule.then, between, value, cotangent));
    }

    public L Value<L>(L x)
        where L : struct, ILane<L> => then.Value(first.Value(x));

    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => Pullback(this, x, value, L.Constant(1));
}
