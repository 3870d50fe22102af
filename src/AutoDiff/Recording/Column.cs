using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>The recorded rules of one type, side by side: a node of the tape is a place in a column, not an object.</summary>
internal abstract class Column<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public abstract OperationFacts Facts { get; }

    public abstract (Curvature Curvature, Monotonicity Monotonicity) ShapeOf(int index);

    public abstract object RuleAt(int index);

    public abstract void Clear();

    public abstract NDArray<T> Value(int index, in Recording<T> recording);

    public abstract void Pullback(int index, in PullbackContext<T> context);

    public abstract void LockedPullback(int index, in PullbackContext<T> context);

    public abstract void PullbackTangent(int index, in SecondOrderContext<T> context);

    public abstract void Tangent(int index, in TangentContext<T> context);

    public abstract void SwitchingForms(int index, in SwitchingContext<T> context);

    public abstract NDArray<T> Kinks(int index, in KinkContext<T> context);

    public abstract NDArray<T> SecondOrderKinks(int index, in KinkContext<T> context);

    public abstract void CountSingularities(int index, in KinkContext<T> context);

    public abstract void CountKinks(int index, in KinkContext<T> context);
}

internal sealed class Column<T, TRule> : Column<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IRule<T>
{
    private TRule[] rules = new TRule[4];
    private int count;

    public override OperationFacts Facts => TRule.Facts;

    public override (Curvature Curvature, Monotonicity Monotonicity) ShapeOf(int index) => rules[index] is ITellsShape telling
        ? (telling.Curvature, telling.Monotonicity)
        : (Facts.Curvature, Facts.Monotonicity);

    public int Add(in TRule rule)
    {
        if (count == rules.Length)
            Array.Resize(ref rules, 2 * count);
        rules[count] = rule;
        return count++;
    }

    public void RemoveLast() => count--;

    public override object RuleAt(int index) => rules[index];

    public override void Clear() => count = 0;

    public override NDArray<T> Value(int index, in Recording<T> recording) => rules[index].Value(recording);

    public override void Pullback(int index, in PullbackContext<T> context) => rules[index].Pullback(context);

    public override void LockedPullback(int index, in PullbackContext<T> context) => rules[index].LockedPullback(context);

    public override void PullbackTangent(int index, in SecondOrderContext<T> context) => rules[index].PullbackTangent(context);

    public override void Tangent(int index, in TangentContext<T> context) => rules[index].Tangent(context);

    public override void SwitchingForms(int index, in SwitchingContext<T> context) => rules[index].SwitchingForms(context);

    public override NDArray<T> Kinks(int index, in KinkContext<T> context) => rules[index].Kinks(context);

    public override NDArray<T> SecondOrderKinks(int index, in KinkContext<T> context) => rules[index].SecondOrderKinks(context);

    public override void CountSingularities(int index, in KinkContext<T> context)
    {
        if (rules[index] is ICountsSingularities<T> counting)
            counting.CountSingularities(context);
    }

    public override void CountKinks(int index, in KinkContext<T> context)
    {
        if (rules[index] is ICountsKinks<T> counting)
        {
            counting.CountKinks(context);
            return;
        }

        NDArray<T> marks = rules[index].Kinks(context);
        if (marks.IsNone)
            return;
        context.Count(default(Identity), marks);
        context.Return(marks);
    }

    public ref readonly TRule this[int index] => ref rules[index];
}
