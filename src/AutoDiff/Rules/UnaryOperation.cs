using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>Records an elementwise rule of one input.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TRule">The rule.</typeparam>
/// <param name="rule">The rule with its attributes.</param>
public readonly struct UnaryOperation<T, TRule>(TRule rule)
    : IRule<T>, ICountsKinks<T>, ICountsTrouble<T>, IMarksObstacles<T>, IPassesReach<T>, IHasCurvature, IHasFacts, IFusible<T>, IFollower<T>,
    ICountsAbsorbedZeros<T>, IKnowsUnderflow<T>, IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IUnaryRule<TRule>
{
    /// <inheritdoc/>
    public static OperationFacts Facts => TRule.Facts;

    /// <inheritdoc/>
    public Curvature Curvature => rule is IHasCurvature specific ? specific.Curvature : Facts.Curvature;

    /// <inheritdoc/>
    public Monotonicity Monotonicity => rule is IHasCurvature specific ? specific.Monotonicity : Facts.Monotonicity;

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        UnaryProbe<TRule>.Ask(rule);
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

        // The slope of an affine operation is constant, so its argument is not read and may have changed since.
        if (Facts.Curvature == Curvature.Affine)
            context.Device.Carry(context.Selections, new PullbackFromArgument(selected), context.CotangentView, context.CotangentView, target, accumulate);
        else if (TRule.Reads == SlopeReads.Argument)
            context.Device.Carry(context.Selections, new PullbackFromArgument(selected), context.Input(0), context.CotangentView, target, accumulate);
        else if (TRule.Reads == SlopeReads.Value)
            context.Device.Carry(context.Selections, new PullbackFromValue(selected), context.Output, context.CotangentView, target, accumulate);
        else
            context.Device.Carry(context.Selections, new PullbackMap(selected), context.Input(0), context.Output, context.CotangentView, target, accumulate);
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Carry(context.Selections, new LockedMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output, context.Tangent(0),
            context.Cotangent, target, accumulate);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Carry(context.Selections, new PullbackTangentMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output,
            context.Tangent(0), context.Cotangent, target, accumulate);
    }

    Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape);

    Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(this);

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context) =>
        context.Device.Carry(context.Selections, new TangentMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output, context.Tangent(0),
            context.OutputTangent);

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
    public void AddPieces(in PiecesContext<T> context)
    {
        NDArray<T> kinks = Kinks(context.Census);
        T[] marks = kinks.ToArray(), x = context.Input(0).ToArray();
        context.Census.Return(kinks);
        for (int element = 0; element < marks.Length; element++)
        {
            if (marks[element] == T.Zero)
                continue;
            ScalarLane<double> at = new(double.CreateTruncating(x[element])), value = rule.Value(at);
            context.AddInterval(element, 0, element, TRule.DirectionalSlope(rule, at, value, new ScalarLane<double>(-1)).Value,
                TRule.DirectionalSlope(rule, at, value, new ScalarLane<double>(1)).Value);
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
    public OperationFacts FactsHere => rule is IHasFacts specific ? specific.FactsHere : Facts;

    /// <inheritdoc/>
    public NDArray<T> Obstacles(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map(new ObstacleMap(rule), context.Input(0), marks);
        return marks;
    }

    void ICountsTrouble<T>.CountTrouble(in KinkContext<T> context)
    {
        OperationFacts facts = FactsHere;
        if (!facts.HasFiniteSlopes)
            context.Count(new TroubleMap(rule), context.Input(0));
        else if (!facts.IsSmooth || !facts.IsLocallyLipschitz)
            context.Count(new KinkOrNotFinite(rule), context.Input(0));
        else if (!context.IsKnownFinite(0) && Absorbs())
            context.Count(default(IsNotFinite), context.Input(0));
        else
            return;
        context.NoteFinite(0);
    }

    void IPassesReach<T>.PassReach(in PullbackContext<T> context)
    {
        if (context.Needs(0))
            context.AddSummed(0, context.Cotangent);
    }

    long ICountsAbsorbedZeros<T>.CountAbsorbedZeros(in PullbackContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map3(new AbsorbedMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Output, context.Cotangent, marks);
        long count = context.Device.Count(default(Identity), marks);
        context.Return(marks);
        return count;
    }

    bool IKnowsUnderflow<T>.MayUnderflow => Underflow.MayBeMet(rule);

    int[] IKnowsUnderflow<T>.Underflows(in KinkContext<T> context, int[] asked)
    {
        double smallest = SmallestNormal.Of<T>(), safe = Underflow.SafeFactor<T>();
        T[] x = AskedElements.Of(context.Input(0), context.Output.Shape, asked);
        TRule asking = rule;
        return [.. asked.Where((_, i) => Underflow.IsMet(asking, double.CreateTruncating(x[i]), smallest, safe))];
    }

    void IFusible<T>.Then<TThen>(TThen then, IFusion<T> fusion) =>
        fusion.Take(new UnaryOperation<T, Composition<TRule, TThen>>(new Composition<TRule, TThen>(rule, then)));

    void IFollower<T>.After(IFusible<T> before, IFusion<T> fusion) => before.Then(rule, fusion);

    // Evaluates the rule's own slope over dual numbers.
    private static L SlopeTangent<L>(TRule rule, L x, L value, L tangent)
        where L : struct, ILane<L> =>
        rule.Slope(new DualLane<L>(x, tangent), new DualLane<L>(value, L.Absorb(tangent, tangent * TRule.DirectionalSlope(rule, x, value, tangent)))).Tangent;

    internal readonly struct PullbackTangentMap(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L value, L tangent, L cotangent)
            where L : struct, ILane<L> => L.Absorb(tangent, L.Absorb(cotangent, cotangent * SlopeTangent(rule, x, value, tangent)));
    }

    internal readonly struct BendMap(TRule rule) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L>
        {
            L value = rule.Value(x);
            L bend = Bend.Between(SlopeTangent(rule, x, value, L.Constant(1)), SlopeTangent(rule, x, value, L.Constant(-1)));
            return L.IfEqual(TRule.Kink(rule, x), L.Constant(0), bend, L.Constant(1));
        }
    }

    // Whether a NaN or infinite argument may leave no trace in the value.
    private bool Absorbs() =>
        double.IsFinite(ValueAt(double.PositiveInfinity)) || double.IsFinite(ValueAt(double.NegativeInfinity)) || double.IsFinite(ValueAt(double.NaN));

    private double ValueAt(double x) => rule.Value(new ScalarLane<double>(x)).Value;

    internal readonly struct ObstacleMap(TRule rule) : IUnaryMap
    {
        private readonly double smallest = SmallestNormal.Of<T>();
        private readonly double atKinks = ObstacleNet.AtKinks(TRule.Facts);

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => ObstacleNet.Of(rule, x, smallest, atKinks);
    }

    internal readonly struct TroubleMap(TRule rule) : IUnaryMap
    {
        private readonly ObstacleMap obstacles = new(rule);

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => default(IsNotFinite).Invoke(x) + obstacles.Invoke(x) + TRule.Kink(rule, x);
    }

    internal readonly struct KinkOrNotFinite(TRule rule) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => default(IsNotFinite).Invoke(x) + TRule.Kink(rule, x);
    }

    internal readonly struct AbsorbedMap(TRule rule) : ITernaryMap
    {
        public L Invoke<L>(L x, L value, L cotangent)
            where L : struct, ILane<L>
        {
            L slope = rule.Slope(x, value), zero = L.Constant(0);
            return L.IfEqual(cotangent, zero, L.IfEqual(slope - slope, zero, zero, L.Constant(1)), zero);
        }
    }

    internal readonly struct ValueMap(TRule rule) : IUnaryMap
    {
        public static bool OnlySelects => TRule.OnlySelects;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => rule.Value(x);
    }

    internal readonly struct PullbackMap(TRule rule) : ITernaryMap
    {
        public L Invoke<L>(L x, L value, L cotangent)
            where L : struct, ILane<L> => TRule.Pullback(rule, x, value, cotangent);
    }

    internal readonly struct PullbackFromArgument(TRule rule) : IBinaryMap
    {
        public L Invoke<L>(L x, L cotangent)
            where L : struct, ILane<L> => TRule.Pullback(rule, x, x, cotangent);
    }

    internal readonly struct PullbackFromValue(TRule rule) : IBinaryMap
    {
        public L Invoke<L>(L value, L cotangent)
            where L : struct, ILane<L> => TRule.Pullback(rule, value, value, cotangent);
    }

    internal readonly struct LockedMap(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L value, L tangent, L cotangent)
            where L : struct, ILane<L> => L.Absorb(cotangent, cotangent * TRule.DirectionalSlope(rule, x, value, tangent));
    }

    internal readonly struct TangentMap(TRule rule) : ITernaryMap
    {
        public L Invoke<L>(L x, L value, L tangent)
            where L : struct, ILane<L> => L.Absorb(tangent, tangent * TRule.DirectionalSlope(rule, x, value, tangent));
    }

    internal readonly struct KinkMap(TRule rule) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => TRule.Kink(rule, x);
    }
}
