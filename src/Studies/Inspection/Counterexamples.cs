using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Studies.Inspection;

/// <summary>Rules that look harmless and are not conservative, for <c>check</c> to find.</summary>
internal static class Counterexamples
{
    public static IReadOnlyList<NamedProgram> Programs { get; } =
    [
        new("straight-through-sign", "sign(x), with the slope 1 of a straight-through estimator", [0], "none: it jumps", Objective.OfScalars(x => x[0].Apply(default(StraightThroughSign)))),
        new("maximum-to-both", "max(x, y), with slopes (1, 1) where x = y", [1, 1], "hull{(1, 0), (0, 1)}", Objective.OfScalars(x => x[0].Apply(default(MaximumToBoth), x[1]))),
    ];

    private readonly struct StraightThroughSign : IUnaryRule<StraightThroughSign>
    {
        public static OperationFacts Facts { get; } = new("straight-through sign", TameClass.SemiAlgebraic);

        public L Value<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(0), L.Constant(0), L.Constant(-1)));

        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1);
    }

    private readonly struct MaximumToBoth : IBinaryRule<MaximumToBoth>
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
}
