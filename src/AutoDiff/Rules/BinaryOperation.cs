using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>Records an elementwise rule of two inputs, broadcasting them.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TRule">The rule.</typeparam>
/// <param name="rule">The rule with its attributes.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct BinaryOperation<T, TRule>(TRule rule) : IRule<T>, IFusible<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IBinaryRule<TRule>
{
    private readonly TRule rule = rule;

    /// <inheritdoc/>
    public static OperationFacts Facts => TRule.Facts;

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
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

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context) =>
        context.Device.Map4(new TangentMap(TRule.Select(rule, context.Selections)), context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), context.OutputTangent);

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
        T[] marks = kinks.ToArray();
        context.Census.Return(kinks);
        if (Array.TrueForAll(marks, T.IsZero))
            return;
        T[] dx = context.Tangent(0).ToArray(), dy = context.Tangent(1).ToArray();
        int[] first = context.BroadcastElements(0), second = context.BroadcastElements(1);
        (double of, double and) = TRule.SwitchingForm;
        for (int element = 0; element < marks.Length; element++)
        {
            if (marks[element] == T.Zero)
                continue;
            double sum = (of * double.CreateTruncating(dx[first[element]])) + (and * double.CreateTruncating(dy[second[element]]));
            context.AddCombination((0, first[element]), of, (1, second[element]), and, sum);
        }
    }

    /// <inheritdoc/>
    public NDArray<T> SecondOrderKinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map2(new BendMap(rule), context.Input(0), context.Input(1), marks);
        return marks;
    }

    void IFusible<T>.Then<TThen>(TThen then, IFusion<T> fusion) => fusion.Take(new BinaryOperation<T, BinaryComposition<TRule, TThen>>(new BinaryComposition<TRule, TThen>(rule, then)));

    private static void Pull<TMap>(in PullbackContext<T> context, int index, TMap map)
        where TMap : struct, ITernaryMap
    {
        NDArray<T> x = context.Input(0), y = context.Input(1), cotangent = context.Cotangent;
        if (context.Input(index).Shape == cotangent.Shape)
        {
            NDArray<T> target = context.InputCotangent(index, out bool accumulate);
            context.Device.Map3(map, x, y, cotangent, target, accumulate);
            return;
        }

        NDArray<T> full = context.Rent(cotangent.Shape);
        context.Device.Map3(map, x, y, cotangent, full);
        context.AddSummed(index, full);
        context.Return(full);
    }

    private static void PullLocked<TMap>(in PullbackContext<T> context, int index, TMap map)
        where TMap : struct, IQuaternaryMap
    {
        NDArray<T> slope = context.Rent(context.Cotangent.Shape);
        context.Device.Map4(map, context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), slope);
        context.Device.Map2(default(Arithmetic.Product), context.Cotangent, slope, slope);
        context.AddSummed(index, slope);
        context.Return(slope);
    }

    private static void AddPullbackTangent<TMap>(in SecondOrderContext<T> context, int index, TMap map)
        where TMap : struct, IQuaternaryMap
    {
        NDArray<T> change = context.Rent(context.Cotangent.Shape);
        context.Device.Map4(map, context.Input(0), context.Input(1), context.Tangent(0), context.Tangent(1), change);
        context.Device.Map2(default(Arithmetic.Product), context.Cotangent, change, change);
        context.Pullback.AddSummed(index, change);
        context.Return(change);
    }

    internal readonly struct TangentOfFirst(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => rule.SlopeOfFirst(new DualLane<L>(x, dx), new DualLane<L>(y, dy)).Tangent;
    }

    internal readonly struct TangentOfSecond(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => rule.SlopeOfSecond(new DualLane<L>(x, dx), new DualLane<L>(y, dy)).Tangent;
    }

    internal readonly struct BendMap(TRule rule) : IBinaryMap
    {
        private readonly TRule rule = rule;

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
            return Bend.Between(first.Invoke(x, y, dx, dy), first.Invoke(x, y, backX, backY)) + Bend.Between(second.Invoke(x, y, dx, dy), second.Invoke(x, y, backX, backY));
        }
    }

    internal readonly struct LockedSlopeOfFirst(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => TRule.LockedSlopeOfFirst(rule, x, y, dx, dy);
    }

    internal readonly struct LockedSlopeOfSecond(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => TRule.LockedSlopeOfSecond(rule, x, y, dx, dy);
    }

    internal readonly struct ValueMap(TRule rule) : IBinaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => rule.Value(x, y);
    }

    internal readonly struct PullbackOfFirst(TRule rule) : ITernaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L cotangent)
            where L : struct, ILane<L> => TRule.PullbackOfFirst(rule, x, y, cotangent);
    }

    internal readonly struct PullbackOfSecond(TRule rule) : ITernaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L cotangent)
            where L : struct, ILane<L> => TRule.PullbackOfSecond(rule, x, y, cotangent);
    }

    internal readonly struct TangentMap(TRule rule) : IQuaternaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y, L dx, L dy)
            where L : struct, ILane<L> => TRule.Tangent(rule, x, y, dx, dy);
    }

    internal readonly struct KinkMap(TRule rule) : IBinaryMap
    {
        private readonly TRule rule = rule;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => TRule.Kink(rule, x, y);
    }
}
