using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

// Tests of the checks compile this file too.
namespace ConservativeAD.Studies.Inspection;

/// <summary>The sign, with the slope 1 of a straight-through estimator.</summary>
internal readonly struct StraightThroughSign : IUnaryRule<StraightThroughSign>
{
    public static OperationFacts Facts { get; } = new("straight-through sign", TameClass.SemiAlgebraic);

    public L Value<L>(L x)
        where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(0), L.Constant(0), L.Constant(-1)));

    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => L.Constant(1);
}

/// <summary>max(x, y) that passes the cotangent to both arguments if they tie: right almost everywhere, but not conservative.</summary>
internal readonly struct MaximumToBoth : IBinaryRule<MaximumToBoth>
{
    public static OperationFacts Facts { get; } = new("maximum to both", TameClass.SemiAlgebraic) { IsSmooth = false };

    public static L Kink<L>(MaximumToBoth rule, L x, L y)
        where L : struct, ILane<L> => L.IfEqual(x, y, L.Constant(1), L.Constant(0));

    public L Value<L>(L x, L y)
        where L : struct, ILane<L> => L.Max(x, y);

    public L SlopeOfFirst<L>(L x, L y)
        where L : struct, ILane<L> => L.IfGreater(y, x, L.Constant(0), L.Constant(1));

    public L SlopeOfSecond<L>(L x, L y)
        where L : struct, ILane<L> => L.IfGreater(x, y, L.Constant(0), L.Constant(1));
}
