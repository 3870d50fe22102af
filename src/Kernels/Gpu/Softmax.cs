using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>The softmax of a short row and its loss, by a thread.</summary>
internal readonly struct ShortSoftmaxLossBody<E, L>(ArrayView<E> logits, ArrayView<int> labels, ArrayView<E> probabilities, ArrayView<E> losses, int classes, ArrayView<int> faults) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> logits = logits;
    private readonly ArrayView<int> labels = labels;
    private readonly ArrayView<E> probabilities = probabilities;
    private readonly ArrayView<E> losses = losses;
    private readonly int classes = classes;
    private readonly ArrayView<int> faults = faults;

    public void Run(int index)
    {
        int start = index * classes, label = FaultReport.Checked(faults, Fault.Label, labels[index], classes, index);
        L largest = E.Load(logits[start]);
        for (int i = 1; i < classes; i++)
            largest = L.Max(largest, E.Load(logits[start + i]));
        // −∞ everywhere has no softmax; shifting by it would hide that behind NaN of another origin.
        L shift = L.IsFinite(largest) ? largest : L.Constant(0), sum = L.Constant(0);
        L chosen = E.Load(logits[start + label]) - shift;
        for (int i = 0; i < classes; i++)
            sum += L.Exp(E.Load(logits[start + i]) - shift);
        for (int i = 0; i < classes; i++)
            probabilities[start + i] = E.Store(L.Exp(E.Load(logits[start + i]) - shift) / sum);
        losses[index] = E.Store(L.Log(sum) - chosen);
    }
}

/// <summary>The softmax of a long row and its loss, by a group.</summary>
internal readonly struct SoftmaxLossBody<E, L>(ArrayView<E> logits, ArrayView<int> labels, ArrayView<E> probabilities, ArrayView<E> losses, int classes, ArrayView<int> faults) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> logits = logits;
    private readonly ArrayView<int> labels = labels;
    private readonly ArrayView<E> probabilities = probabilities;
    private readonly ArrayView<E> losses = losses;
    private readonly int classes = classes;
    private readonly ArrayView<int> faults = faults;

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
        // Probabilities may stand where the logits do: the one that was chosen has been read by all before.
        for (int i = Group.IdxX; i < classes; i += Group.DimX)
            probabilities[start + i] = E.Store(L.Exp(E.Load(logits[start + i]) - shift) / sum);
        if (Group.IdxX == 0)
            losses[part] = E.Store(L.Log(sum) - chosen);
    }
}

/// <summary>One element of the loss's pullback.</summary>
internal readonly struct SoftmaxLossPullbackBody<E, L>(ArrayView<E> probabilities, ArrayView<int> labels, ArrayView<E> cotangent, int step, double scale, ArrayView<E> destination, int classes, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> probabilities = probabilities;
    private readonly ArrayView<int> labels = labels;
    private readonly ArrayView<E> cotangent = cotangent;
    private readonly int step = step;
    private readonly double scale = scale;
    private readonly ArrayView<E> destination = destination;
    private readonly int classes = classes;
    private readonly int accumulate = accumulate;

    public void Run(int index)
    {
        int row = index / classes;
        L factor = E.Load(cotangent[row * step]) * L.Constant(scale), value = E.Load(probabilities[index]);
        if (index - (row * classes) == labels[row])
            value = value - L.Constant(1);
        value = value * factor;
        destination[index] = E.Store(accumulate != 0 ? E.Load(destination[index]) + value : value);
    }
}

/// <summary>The softmax of one row of scores, in place; causal rows see the keys up to their token.</summary>
internal readonly struct ScoreSoftmaxBody<E, L>(ArrayView<E> scores, int tokens, int keys, int isCausal) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> scores = scores;
    private readonly int tokens = tokens;
    private readonly int keys = keys;
    private readonly int isCausal = isCausal;

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
    private readonly ArrayView<E> p = p;
    private readonly ArrayView<E> v = v;
    private readonly int keys = keys;
    private readonly double scale = scale;

    public void Run(int part)
    {
        int start = part * keys;
        L dot = L.Constant(0);
        for (int i = Group.IdxX; i < keys; i += Group.DimX)
            dot += E.Load(p[start + i]) * E.Load(v[start + i]);
        dot = GroupTree.Combine<L, Sum>(dot);
        for (int i = Group.IdxX; i < keys; i += Group.DimX)
            v[start + i] = E.Store(E.Load(p[start + i]) * (E.Load(v[start + i]) - dot) * L.Constant(scale));
    }
}
