using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>Stores the recorded rules of one type side by side. A node of the tape is an index into a column, not an object.</summary>
internal abstract class Column<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public abstract OperationFacts Facts { get; }

    public abstract (Curvature Curvature, Monotonicity Monotonicity) CurvatureOf(int index);

    public abstract Curvature? CurvatureUnder(int index, in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper);

    public abstract object RuleAt(int index);

    public abstract Var<T> RecordOn(Tape<T> tape, int index, ReadOnlySpan<Var<T>> inputs);

    public abstract void Clear();

    public abstract NDArray<T> Value(int index, in Recording<T> recording);

    public abstract void Pullback(int index, in PullbackContext<T> context);

    public abstract void LockedPullback(int index, in PullbackContext<T> context);

    public abstract void PullbackTangent(int index, in SecondOrderContext<T> context);

    public abstract void Tangent(int index, in TangentContext<T> context);

    public abstract void SwitchingForms(int index, in SwitchingContext<T> context);

    public abstract NDArray<T> Kinks(int index, in KinkContext<T> context);

    public abstract NDArray<T> SecondOrderKinks(int index, in KinkContext<T> context);

    public abstract void CountTrouble(int index, in KinkContext<T> context);

    public abstract NDArray<T> Obstacles(int index, in KinkContext<T> context);

    public abstract void PassReach(int index, in PullbackContext<T> context);

    public abstract Dependence? DependenceOn(int index, int input, in Node<T> node);

    public abstract bool IsLinearOnPieces { get; }

    public abstract bool IsProductOfMatrices { get; }

    public abstract bool CanVectorise(int index, in Examples<T> of);

    public abstract Var<T> Vectorise(int index, in Examples<T> of);

    public abstract OperationFacts FactsAt(int index);

    public abstract long CountAbsorbedZeros(int index, in PullbackContext<T> context);

    public abstract void CountKinks(int index, in KinkContext<T> context);
}

internal sealed class Column<T, TRule> : Column<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IRule<T>
{
    private TRule[] rules = new TRule[4];
    private int count;

    // These constants are checked before a call to a member that the rule may leave to the interface, because such a call would box the rule. The JIT folds
    // them.
    private static bool IsSmooth => default(TRule) is ISmoothRule<T>;

    private static bool IsPiecewiseLinear => default(TRule) is IPiecewiseLinearRule<T>;

    public override OperationFacts Facts => TRule.Facts;

    public override (Curvature Curvature, Monotonicity Monotonicity) CurvatureOf(int index) => rules[index] is IHasCurvature specific
        ? (specific.Curvature, specific.Monotonicity)
        : (Facts.Curvature, Facts.Monotonicity);

    public override Curvature? CurvatureUnder(int index, in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        try
        {
            return rules[index] is IHasLocalCurvature<T> local ? local.CurvatureUnder(context, lower, upper) : null;
        }
        catch (ArrayChangedException exception)
        {
            throw context.Changed(exception);
        }
    }

    public int Add(in TRule rule)
    {
        if (count == rules.Length)
            Array.Resize(ref rules, 2 * count);
        rules[count] = rule;
        return count++;
    }

    public void RemoveLast() => count--;

    public override object RuleAt(int index) => rules[index];

    public override Var<T> RecordOn(Tape<T> tape, int index, ReadOnlySpan<Var<T>> inputs) => tape.Record(rules[index], inputs);

    public override void Clear() => count = 0;

    public override NDArray<T> Value(int index, in Recording<T> recording) => rules[index].Value(recording);

    public override void Pullback(int index, in PullbackContext<T> context) => rules[index].Pullback(context);

    public override void LockedPullback(int index, in PullbackContext<T> context)
    {
        if (IsSmooth)
            rules[index].Pullback(context);
        else
            rules[index].LockedPullback(context);
    }

    public override void PullbackTangent(int index, in SecondOrderContext<T> context)
    {
        if (!IsPiecewiseLinear)
            rules[index].PullbackTangent(context);
    }

    public override void Tangent(int index, in TangentContext<T> context) => rules[index].Tangent(context);

    public override void SwitchingForms(int index, in SwitchingContext<T> context)
    {
        if (IsSmooth)
            return;
        try
        {
            rules[index].SwitchingForms(context);
        }
        catch (ArrayChangedException exception)
        {
            throw context.Changed(exception);
        }
    }

    public override NDArray<T> Kinks(int index, in KinkContext<T> context)
    {
        if (IsSmooth)
            return default;
        try
        {
            return rules[index].Kinks(context);
        }
        catch (ArrayChangedException exception)
        {
            throw context.Changed(exception);
        }
    }

    public override NDArray<T> SecondOrderKinks(int index, in KinkContext<T> context)
    {
        try
        {
            return rules[index].SecondOrderKinks(context);
        }
        catch (ArrayChangedException exception)
        {
            throw context.Changed(exception);
        }
    }

    public override OperationFacts FactsAt(int index) => rules[index] is IHasFacts specific ? specific.FactsHere : Facts;

    public override void CountTrouble(int index, in KinkContext<T> context)
    {
        try
        {
            CountObstacles(index, context);
        }
        catch (ArrayChangedException exception)
        {
            throw context.Changed(exception);
        }
    }

    private void CountObstacles(int index, in KinkContext<T> context)
    {
        if (rules[index] is ICountsTrouble<T> counting)
        {
            counting.CountTrouble(context);
            return;
        }

        if (!Facts.IsSmooth || !Facts.IsLocallyLipschitz)
            CountKinks(index, context);
        if (rules[index] is IMarksObstacles<T> marking)
        {
            NDArray<T> marks = marking.Obstacles(context);
            context.Count(default(Identity), marks);
            context.Return(marks);
        }
        else if (!Facts.HasFiniteSlopes)
            context.Add(context.IsPullbackFinite ? 0 : 1);

        for (int input = 0; !Facts.PassesOnNonFinite && input < context.InputCount; input++)
        {
            if (context.IsKnownFinite(input))
                continue;
            context.Count(default(IsNotFinite), context.Input(input));
            context.NoteFinite(input);
        }
    }

    public override NDArray<T> Obstacles(int index, in KinkContext<T> context)
    {
        if (rules[index] is IMarksObstacles<T> marking)
            return marking.Obstacles(context);
        if (Facts.IsContinuous)
            return default;
        NDArray<T> jumps = rules[index].Kinks(context);
        if (!jumps.IsNone)
            context.Device.Map(new Arithmetic.Multiple((double)ObstacleKind.Jump), jumps, jumps);
        return jumps;
    }

    public override void PassReach(int index, in PullbackContext<T> context)
    {
        if (rules[index] is IPassesReach<T> passing)
            passing.PassReach(context);
        else
            PassAll(context);
    }

    public override Dependence? DependenceOn(int index, int input, in Node<T> node) =>
        rules[index] is IKnowsDependence<T> knowing ? knowing.DependenceOn(input, node) : null;

    public override bool IsLinearOnPieces => IsPiecewiseLinear || Facts.IsPolyhedral || Facts.Curvature == Curvature.Affine;

    public override bool IsProductOfMatrices => default(TRule) is MatMul<T> or Linear<T>;

    public override bool CanVectorise(int index, in Examples<T> of) => rules[index] is IVectorises<T> vectorising && vectorising.CanVectorise(of);

    public override Var<T> Vectorise(int index, in Examples<T> of) => ((IVectorises<T>)rules[index]).Vectorise(of);

    public override long CountAbsorbedZeros(int index, in PullbackContext<T> context) =>
        rules[index] is ICountsAbsorbedZeros<T> counting ? counting.CountAbsorbedZeros(context) : 0;

    public override void CountKinks(int index, in KinkContext<T> context)
    {
        try
        {
            CountKinks(rules[index], context);
        }
        catch (ArrayChangedException exception)
        {
            throw context.Changed(exception);
        }
    }

    private static void CountKinks(in TRule rule, in KinkContext<T> context)
    {
        if (rule is ICountsKinks<T> counting)
        {
            counting.CountKinks(context);
            return;
        }

        NDArray<T> marks = IsSmooth ? default : rule.Kinks(context);
        if (marks.IsNone)
            return;
        context.Count(default(Identity), marks);
        context.Return(marks);
    }

    public ref readonly TRule this[int index] => ref rules[index];

    // Assumes that every input element affects every output element, as far as the rule tells.
    private static void PassAll(in PullbackContext<T> context)
    {
        if (context.Device.Count(default(Identity), context.Cotangent) == 0)
            return;
        for (int input = 0; input < context.InputCount; input++)
        {
            if (context.Needs(input))
                context.Device.Fill(context.InputCotangent(input, out _), T.One);
        }
    }
}
