using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>Records an elementwise rule of one input.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TRule">The rule.</typeparam>
/// <param name="rule">The rule with its attributes.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct UnaryOperation<T, TRule>(TRule rule) : IRule<T>, ICountsKinks<T>, ICountsSingularities<T>, ITellsShape, IFusible<T>, IFollower<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IUnaryRule<TRule>
{
    private readonly TRule rule = rule;

    /// <inheritdoc/>
    public static OperationFacts Facts => TRule.Facts;

    /// <inheritdoc/>
    public Curvature Curvature => rule is ITellsShape telling ? telling.Curvature : Facts.Curvature;

    /// <inheritdoc/>
    public Monotonicity Monotonicity => rule is ITellsShape telling ? telling.Monotonicity : Facts.Monotonicity;

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        NDArray<T> y = recording.Rent(x.Shape);
        recording.Device.Map(new ValueMap(rule), x, y);
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        TRule selected = TRule.Select(rule, context.Selections);
        if (TRule.Reads == SlopeReads.Argument)
            context.Device.Map2(new PullbackFromArgument(selected), context.Input(0), context.Cotangent, target, accumulate);
        else if (TRule.Reads == SlopeReads.Value)
            context.Device.Map2(new PullbackFromValue(selected), context.Output, context.Cotangent, target, accumulate);
        else
            context.Device.Map3(new PullbackMap(selected), context.Input(0), context.Output, context.Cotangent, target, accumulate);
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map4(new LockedMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output, context.Tangent(0), context.Cotangent, target, accumulate);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map4(new PullbackTangentMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output, context.Tangent(0), context.Cotangent, target, accumulate);
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context) =>
        context.Device.Map3(new TangentMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output, context.Tangent(0), context.OutputTangent);

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map(new KinkMap(rule), context.Input(0), marks);
        return marks;
    }

    /// <inheritdoc/>
    public void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<T> kinks = Kinks(context.Census);
        T[] marks = kinks.ToArray(), tangents = context.Tangent(0).ToArray();
        context.Census.Return(kinks);
        for (int element = 0; element < marks.Length; element++)
        {
            if (marks[element] != T.Zero)
                context.AddSign(0, element, tangents[element]);
        }
    }

    /// <inheritdoc/>
    public NDArray<T> SecondOrderKinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map(new BendMap(rule), context.Input(0), marks);
        return marks;
    }

    /// <inheritdoc/>
    public void CountKinks(in KinkContext<T> context) => context.Count(new KinkMap(rule), context.Input(0));

    /// <inheritdoc/>
    public void CountSingularities(in KinkContext<T> context) => context.Count(new SingularityMap(rule), context.Input(0));

    void IFusible<T>.Then<TThen>(TThen then, IFusion<T> fusion) => fusion.Take(new UnaryOperation<T, Composition<TRule, TThen>>(new Composition<TRule, TThen>(rule, then)));

    void IFollower<T>.After(IFusible<T> before, IFusion<T> fusion) => before.Then(rule, fusion);

    // The rule's own slope over numbers that carry their derivative.
    private static L SlopeTangent<L>(TRule rule, L x, L value, L tangent)
        where L : struct, ILane<L> =>
        rule.Slope(new DualLane<L>(x, tangent), new DualLane<L>(value, tangent * TRule.DirectionalSlope(rule, x, value, tangent))).Tangent;

    internal readonly struct PullbackTangentMap(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L value, L tangent, L cotangent)
            where L : struct, ILane<L> => cotangent * SlopeTangent(rule, x, value, tangent);
    }

    internal readonly struct BendMap(TRule rule) : IUnaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x)
            where L : struct, ILane<L>
        {
            L value = rule.Value(x);
            L bend = Bend.Between(SlopeTangent(rule, x, value, L.Constant(1)), SlopeTangent(rule, x, value, L.Constant(-1)));
            return L.IfEqual(TRule.Kink(rule, x), L.Constant(0), bend, L.Constant(1));
        }
    }

    internal readonly struct SingularityMap(TRule rule) : IUnaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x)
            where L : struct, ILane<L>
        {
            // Infinite or NaN, and only then, a number less itself is not 0.
            L slope = rule.Slope(x, rule.Value(x));
            return L.IfEqual(slope - slope, L.Constant(0), L.Constant(0), L.Constant(1));
        }
    }

    internal readonly struct ValueMap(TRule rule) : IUnaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => rule.Value(x);
    }

    internal readonly struct PullbackMap(TRule rule) : ITernaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L value, L cotangent)
            where L : struct, ILane<L> => TRule.Pullback(rule, x, value, cotangent);
    }

    internal readonly struct PullbackFromArgument(TRule rule) : IBinaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L cotangent)
            where L : struct, ILane<L> => TRule.Pullback(rule, x, x, cotangent);
    }

    internal readonly struct PullbackFromValue(TRule rule) : IBinaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L value, L cotangent)
            where L : struct, ILane<L> => TRule.Pullback(rule, value, value, cotangent);
    }

    internal readonly struct LockedMap(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L value, L tangent, L cotangent)
            where L : struct, ILane<L> => cotangent * TRule.DirectionalSlope(rule, x, value, tangent);
    }

    internal readonly struct TangentMap(TRule rule) : ITernaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L value, L tangent)
            where L : struct, ILane<L> => tangent * TRule.DirectionalSlope(rule, x, value, tangent);
    }

    internal readonly struct KinkMap(TRule rule) : IUnaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => TRule.Kink(rule, x);
    }
}
