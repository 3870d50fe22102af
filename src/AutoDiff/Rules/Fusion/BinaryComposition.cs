using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// An elementwise operation of two inputs followed by one of one input, as a single operation. The bits are the same as those of the two operations in
/// sequence.
/// </summary>
/// <param name="first">The operation of the two arguments.</param>
/// <param name="then">The operation applied to its value.</param>
internal readonly struct BinaryComposition<TFirst, TThen>(TFirst first, TThen then) : IBinaryRule<BinaryComposition<TFirst, TThen>>
    where TFirst : struct, IBinaryRule<TFirst>
    where TThen : struct, IUnaryRule<TThen>
{
    private readonly TFirst first = first;
    private readonly TThen then = then;

    public static OperationFacts Facts { get; } = FusedFacts.Of(TFirst.Facts, TThen.Facts);

    public static BinaryComposition<TFirst, TThen> Select(BinaryComposition<TFirst, TThen> rule, Selections selections) =>
        new(TFirst.Select(rule.first, selections), TThen.Select(rule.then, selections));

    public static L PullbackOfFirst<L>(BinaryComposition<TFirst, TThen> rule, L x, L y, L cotangent)
        where L : struct, ILane<L> => TFirst.PullbackOfFirst(rule.first, x, y, rule.Between(x, y, cotangent));

    public static L PullbackOfSecond<L>(BinaryComposition<TFirst, TThen> rule, L x, L y, L cotangent)
        where L : struct, ILane<L> => TFirst.PullbackOfSecond(rule.first, x, y, rule.Between(x, y, cotangent));

    public L Value<L>(L x, L y)
        where L : struct, ILane<L> => then.Value(first.Value(x, y));

    public L SlopeOfFirst<L>(L x, L y)
        where L : struct, ILane<L> => PullbackOfFirst(this, x, y, L.Constant(1));

    public L SlopeOfSecond<L>(L x, L y)
        where L : struct, ILane<L> => PullbackOfSecond(this, x, y, L.Constant(1));

    private L Between<L>(L x, L y, L cotangent)
        where L : struct, ILane<L>
    {
        L between = first.Value(x, y);
        return TThen.Pullback(then, between, then.Value(between), cotangent);
    }
}
