using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>Records an elementwise rule of two inputs, broadcasting them.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TRule">The rule.</typeparam>
/// <param name="rule">The rule with its attributes.</param>
public readonly struct BinaryOperation<T, TRule>(TRule rule)
    : IRule<T>, ICountsTrouble<T>, IMarksObstacles<T>, IPassesReach<T>, IFusible<T>, ICountsAbsorbedZeros<T>, IKnowsUnderflow<T>,
    IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IBinaryRule<TRule>
{
    /// <inheritdoc/>
    public static OperationFacts Facts => TRule.Facts;

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        BinaryProbe<TRule>.Ask(rule);
        NDArray<T> x = recording.Input(0), y = recording.Input(1);
        NDArray<T> z = recording.Rent(Shape.Broadcast(x.Shape, y.Shape, Facts.Name));
        recording.Device.Map2(new ValueMap(rule), x, y, z);
        return z;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        TRule selected = TRule.Select(rule, context.Selections);
        if (context.Needs(0))
            Pull(context, 0, new PullbackOfFirst(selected));
        if (context.Needs(1))
            Pull(context, 1, new PullbackOfSecond(selected));
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        TRule selected = TRule.Select(rule, context.Selections);
        if (context.Needs(0))
            PullLocked(context, 0, new LockedSlopeOfFirst(selected));
        if (context.Needs(1))
            PullLocked(context, 1, new LockedSlopeOfSecond(selected));
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        TRule selected = TRule.Select(rule, context.Selections);
        if (context.Needs(0))
            AddPullbackTangent(context, 0, new TangentOfFirst(selected));
        if (context.Needs(1))
            AddPullbackTangent(context, 1, new TangentOfSecond(selected));
    }

    Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape);

    Var<T> IVectorises<T>.Vectorise(in Examples<T> of) =>
        of.Tape.Record(this, of.Aligned(0, of.Output.Rank), of.Aligned(1, of.Output.Rank));

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context) =>
        context.Device.Carry(context.Selections, new TangentMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Input(1), context.Tangent(0),
            context.Tangent(1), context.OutputTangent);

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map2(new KinkMap(rule), context.Input(0), context.Input(1), marks);
        return marks;
    }

    /// <inheritdoc/>
    public void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<T> kinks = Kinks(context.Census);
        (double of, double and) = TRule.SwitchingForm;
        context.AddCombinations(kinks, of, and);
        context.Census.Return(kinks);
    }

    /// <summary>Tells the pieces of the larger or smaller of two; those of other operations are not known.</summary>
    /// <param name="context">Inputs, output and its cotangent.</param>
    public void AddPieces(in PiecesContext<T> context)
    {
        if (Facts is not { IsPolyhedral: true, Curvature: Curvature.Convex or Curvature.Concave })
        {
            context.AddUntold();
            return;
        }

        NDArray<T> kinks = Kinks(context.Census);
        T[] marks = kinks.ToArray();
        context.Census.Return(kinks);
        int[] first = context.BroadcastElements(0), second = context.BroadcastElements(1);
        for (int element = 0; element < marks.Length; element++)
        {
            if (marks[element] != T.Zero)
                context.AddSimplex(element, [(0, first[element]), (1, second[element])], Facts.Curvature == Curvature.Convex);
        }
    }

    /// <inheritdoc/>
    public NDArray<T> SecondOrderKinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map2(new BendMap(rule), context.Input(0), context.Input(1), marks);
        return marks;
    }

    /// <inheritdoc/>
    public NDArray<T> Obstacles(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map2(new ObstacleMap(rule, context.Moves(0), context.Moves(1)), context.Input(0), context.Input(1), marks);
        return marks;
    }

    void ICountsTrouble<T>.CountTrouble(in KinkContext<T> context)
    {
        bool isKnownFinite = context.IsKnownFinite(0) && context.IsKnownFinite(1);
        if (Facts.HasFiniteSlopes && Facts.IsSmooth && Facts.IsLocallyLipschitz && (isKnownFinite || !Absorbs()))
            return;
        NDArray<T> marks = context.Rent(context.Output.Shape);
        if (Facts.HasFiniteSlopes)
            context.Device.Map2(new KinkOrNotFinite(rule), context.Input(0), context.Input(1), marks);
        else
            context.Device.Map2(new TroubleMap(rule, context.Moves(0), context.Moves(1)), context.Input(0), context.Input(1), marks);
        context.Count(default(Identity), marks);
        context.Return(marks);
        context.NoteFinite(0);
        context.NoteFinite(1);
    }

    void IPassesReach<T>.PassReach(in PullbackContext<T> context)
    {
        if (context.Needs(0))
            context.AddSummed(0, context.Cotangent);
        if (context.Needs(1))
            context.AddSummed(1, context.Cotangent);
    }

    long ICountsAbsorbedZeros<T>.CountAbsorbedZeros(in PullbackContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map3(new AbsorbedMap(TRule.Select(rule, context.Selections), context.Needs(0) ? 1 : 0, context.Needs(1) ? 1 : 0), context.Input(0),
            context.Input(1), context.Cotangent, marks);
        long count = context.Device.Count(default(Identity), marks);
        context.Return(marks);
        return count;
    }

    bool IKnowsUnderflow<T>.MayUnderflow => Underflow.MayBeMetOfTwo(rule);

    int[] IKnowsUnderflow<T>.Underflows(in KinkContext<T> context, int[] asked)
    {
        double smallest = SmallestNormal.Of<T>(), safe = Underflow.SafeFactor<T>();
        Shape shape = context.Output.Shape;
        T[] x = AskedElements.Of(context.Input(0), shape, asked), y = AskedElements.Of(context.Input(1), shape, asked);
        TRule asking = rule;
        return [.. asked.Where((_, i) => Underflow.IsMet(asking, double.CreateTruncating(x[i]), double.CreateTruncating(y[i]), smallest, safe))];
    }

    void IFusible<T>.Then<TThen>(TThen then, IFusion<T> fusion) =>
        fusion.Take(new BinaryOperation<T, BinaryComposition<TRule, TThen>>(new BinaryComposition<TRule, TThen>(rule, then)));

    private static void Pull<TMap>(in PullbackContext<T> context, int index, TMap map)
        where TMap : struct, ITernaryMap
    {
        NDArray<T> x = context.Input(0), y = context.Input(1), cotangent = context.CotangentView;

        // The slopes of an affine operation are constant, so its arguments are not read and may have changed since.
        if (Facts.Curvature == Curvature.Affine)
            (x, y) = (cotangent, cotangent);
        if (context.Input(index).Shape == cotangent.Shape)
        {
            NDArray<T> target = context.InputCotangent(index, out bool accumulate);
            context.Device.Carry(context.Selections, map, x, y, cotangent, target, accumulate);
            return;
        }

        NDArray<T> full = context.Rent(cotangent.Shape);
        context.Device.Carry(context.Selections, map, x, y, cotangent, full);
        context.AddSummed(index, full);
        context.Return(full);
    }

    private static void PullLocked<TMap>(in PullbackContext<T> context, int index, TMap map)
        where TMap : struct, IQuaternaryMap
    {
        NDArray<T> slope = context.Rent(context.Cotangent.Shape);
        context.Device.Map4(map, context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), slope);
        context.Device.Carry(context.Selections, default(Arithmetic.CarriedProduct), context.Cotangent, slope, slope);
        context.AddSummed(index, slope);
        context.Return(slope);
    }

    private static void AddPullbackTangent<TMap>(in SecondOrderContext<T> context, int index, TMap map)
        where TMap : struct, IQuaternaryMap
    {
        NDArray<T> change = context.Rent(context.Cotangent.Shape);
        context.Device.Map4(map, context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), change);
        context.Device.Carry(context.Selections, default(Arithmetic.ProductOfCarried), context.Cotangent, change, change);
        context.Pullback.AddSummed(index, change);
        context.Return(change);
    }

    // Whether a NaN or infinite argument may leave no trace in the value.
    private bool Absorbs()
    {
        ReadOnlySpan<double> odd = [double.PositiveInfinity, double.NegativeInfinity, double.NaN],
            beside = [1, -1, 0, 0.5, 2, double.PositiveInfinity, double.NegativeInfinity];
        foreach (double x in odd)
        {
            foreach (double y in beside)
            {
                if (double.IsFinite(ValueAt(x, y)) || double.IsFinite(ValueAt(y, x)))
                    return true;
            }
        }

        return false;
    }

    private double ValueAt(double x, double y) => rule.Value(new ScalarLane<double>(x), new ScalarLane<double>(y)).Value;

    internal readonly struct ObstacleMap(TRule rule, bool firstMoves, bool secondMoves) : IBinaryMap
    {
        private readonly ObstacleNet.Moving moving = new(firstMoves ? 1 : 0, secondMoves ? 1 : 0, SmallestNormal.Of<T>());
        private readonly double atKinks = ObstacleNet.AtKinks(TRule.Facts);

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => ObstacleNet.Of(rule, x, y, moving, atKinks);
    }

    internal readonly struct TroubleMap(TRule rule, bool firstMoves, bool secondMoves) : IBinaryMap
    {
        private readonly ObstacleMap obstacles = new(rule, firstMoves, secondMoves);
        private readonly KinkOrNotFinite others = new(rule);

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => obstacles.Invoke(x, y) + others.Invoke(x, y);
    }

    internal readonly struct KinkOrNotFinite(TRule rule) : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => default(IsNotFinite).Invoke(x) + default(IsNotFinite).Invoke(y) + TRule.Kink(rule, x, y);
    }

    internal readonly struct TangentOfFirst(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Absorb(L.Abs(dx) + L.Abs(dy), rule.SlopeOfFirst(new DualLane<L>(x, dx), new DualLane<L>(y, dy)).Tangent);
    }

    internal readonly struct TangentOfSecond(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Absorb(L.Abs(dx) + L.Abs(dy), rule.SlopeOfSecond(new DualLane<L>(x, dx), new DualLane<L>(y, dy)).Tangent);
    }

    internal readonly struct BendMap(TRule rule) : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), one = L.Constant(1), minusOne = L.Constant(-1);
            L bends = Along(x, y, one, zero, minusOne, zero) + Along(x, y, zero, one, zero, minusOne);
            return L.IfEqual(TRule.Kink(rule, x, y) + bends, zero, zero, one);
        }

        private L Along<L>(L x, L y, L dx, L dy, L backX, L backY)
            where L : struct, ILane<L>
        {
            TangentOfFirst first = new(rule);
            TangentOfSecond second = new(rule);
            return Bend.Between(first.Invoke(x, y, dx, dy), first.Invoke(x, y, backX, backY))
                + Bend.Between(second.Invoke(x, y, dx, dy), second.Invoke(x, y, backX, backY));
        }
    }

    internal readonly struct LockedSlopeOfFirst(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => TRule.LockedSlopeOfFirst(rule, x, y, dx, dy);
    }

    internal readonly struct LockedSlopeOfSecond(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => TRule.LockedSlopeOfSecond(rule, x, y, dx, dy);
    }

    internal readonly struct AbsorbedMap(TRule rule, int countsFirst, int countsSecond) : ITernaryMap
    {
        public L Invoke<L>(L x, L y, L cotangent)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), first = zero, second = zero;
            if (countsFirst != 0)
                first = rule.SlopeOfFirst(x, y);
            if (countsSecond != 0)
                second = rule.SlopeOfSecond(x, y);
            return L.IfEqual(cotangent, zero, L.IfEqual((first - first) + (second - second), zero, zero, L.Constant(1)), zero);
        }
    }

    internal readonly struct ValueMap(TRule rule) : IBinaryMap
    {
        public static bool OnlySelects => TRule.OnlySelects;

        public static ArithmeticOperation ArithmeticOperation => TRule.ArithmeticOperation;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => rule.Value(x, y);
    }

    internal readonly struct PullbackOfFirst(TRule rule) : ITernaryMap
    {
        public L Invoke<L>(L x, L y, L cotangent)
            where L : struct, ILane<L> => TRule.PullbackOfFirst(rule, x, y, cotangent);
    }

    internal readonly struct PullbackOfSecond(TRule rule) : ITernaryMap
    {
        public L Invoke<L>(L x, L y, L cotangent)
            where L : struct, ILane<L> => TRule.PullbackOfSecond(rule, x, y, cotangent);
    }

    internal readonly struct TangentMap(TRule rule) : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Absorb(L.Abs(dx) + L.Abs(dy), TRule.Tangent(rule, x, y, dx, dy));
    }

    internal readonly struct KinkMap(TRule rule) : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => TRule.Kink(rule, x, y);
    }
}
