using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The softmax of a short row and its loss, computed by one thread.</summary>
internal readonly struct ShortSoftmaxLossBody<E, L>(ArrayView<E> logits, ArrayView<int> labels, ArrayView<E> probabilities, ArrayView<E> losses, int classes,
    ArrayView<int> faults) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int start = index * classes, label = FaultReport.Checked(faults, Fault.Label, labels[index], classes, index);
        L largest = E.Load(logits[start]);
        for (int i = 1; i < classes; i++)
            largest = L.Max(largest, E.Load(logits[start + i]));
        // If all logits are −∞, the softmax does not exist; subtracting −∞ would hide this behind a NaN with another cause.
        L shift = L.IsFinite(largest) ? largest : L.Constant(0), sum = L.Constant(0);
        L chosen = E.Load(logits[start + label]) - shift;
        for (int i = 0; i < classes; i++)
            sum += L.Exp(E.Load(logits[start + i]) - shift);
        for (int i = 0; i < classes; i++)
            probabilities[start + i] = E.Store(L.Exp(E.Load(logits[start + i]) - shift) / sum);
        losses[index] = E.Store(L.Log(sum) - chosen);
    }
}

/// <summary>The softmax of a long row and its loss, computed by a group of threads.</summary>
internal readonly struct SoftmaxLossBody<E, L>(ArrayView<E> logits, ArrayView<int> labels, ArrayView<E> probabilities, ArrayView<E> losses, int classes,
    ArrayView<int> faults) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        int start = part * classes, label = FaultReport.Checked(faults, Fault.Label, labels[part], classes, part);
        L largest = L.Constant(double.NegativeInfinity);
        for (int i = Group.IdxX; i < classes; i += Group.DimX)
            largest = L.Max(largest, E.Load(logits[start + i]));
        largest = GroupTree.Combine<L, Largest>(largest);
        L shift = L.IsFinite(largest) ? largest : L.Constant(0), sum = L.Constant(0);
        L chosen = E.Load(logits[start + label]) - shift;
        for (int i = Group.IdxX; i < classes; i += Group.DimX)
            sum += L.Exp(E.Load(logits[start + i]) - shift);
        sum = GroupTree.Combine<L, Sum>(sum);
        // Probabilities may overwrite the logits: all threads have read the label's logit before.
        for (int i = Group.IdxX; i < classes; i += Group.DimX)
            probabilities[start + i] = E.Store(L.Exp(E.Load(logits[start + i]) - shift) / sum);
        if (Group.IdxX == 0)
            losses[part] = E.Store(L.Log(sum) - chosen);
    }
}

/// <summary>One element of the loss's pullback.</summary>
internal readonly struct SoftmaxLossPullbackBody<E, L>(ArrayView<E> probabilities, ArrayView<int> labels, ArrayView<E> cotangent, int step, double scale,
    ArrayView<E> destination, int classes, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int row = index / classes;
        L factor = E.Load(cotangent[row * step]) * L.Constant(scale), value = E.Load(probabilities[index]);
        if (index - (row * classes) == labels[row])
            value = value - L.Constant(1);
        value = L.Absorb(factor, value * factor);
        destination[index] = E.Store(accumulate != 0 ? E.Load(destination[index]) + value : value);
    }
}

/// <summary>The softmax of one row of scores, in place; causal rows read the keys up to their token.</summary>
internal readonly struct ScoreSoftmaxBody<E, L>(ArrayView<E> scores, int tokens, int keys, int isCausal) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        int start = part * keys, seen = isCausal != 0 ? IntrinsicMath.Min((part % tokens) + 1, keys) : keys;
        L largest = L.Constant(double.NegativeInfinity);
        for (int i = Group.IdxX; i < seen; i += Group.DimX)
            largest = L.Max(largest, E.Load(scores[start + i]));
        largest = GroupTree.Combine<L, Largest>(largest);
        L shift = L.IsFinite(largest) ? largest : L.Constant(0), sum = L.Constant(0);
        for (int i = Group.IdxX; i < seen; i += Group.DimX)
            sum += L.Exp(E.Load(scores[start + i]) - shift);
        sum = GroupTree.Combine<L, Sum>(sum);
        for (int i = Group.IdxX; i < keys; i += Group.DimX)
            scores[start + i] = E.Store(i < seen ? L.Exp(E.Load(scores[start + i]) - shift) / sum : L.Constant(0));
    }
}

/// <summary>v ← scale·p∘(v − ⟨p, v⟩) for one row.</summary>
internal readonly struct ScorePullbackBody<E, L>(ArrayView<E> p, ArrayView<E> v, int keys, double scale) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        int start = part * keys;
        L dot = L.Constant(0);
        for (int i = Group.IdxX; i < keys; i += Group.DimX)
            dot += Product(E.Load(p[start + i]), E.Load(v[start + i]));
        dot = GroupTree.Combine<L, Sum>(dot);
        for (int i = Group.IdxX; i < keys; i += Group.DimX)
            v[start + i] = E.Store(Product(E.Load(p[start + i]), E.Load(v[start + i]) - dot) * L.Constant(scale));
    }

    // A key of probability 0, such as one behind a causal mask, adds nothing, and a zero cotangent times its probability is 0.
    private static L Product(L probability, L carried) => L.Absorb(probability, L.Absorb(carried, probability * carried));
}
