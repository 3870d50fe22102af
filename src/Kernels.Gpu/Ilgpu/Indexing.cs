using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>y[o, j, i] = x[o, indices[o, j, i], i] for one element.</summary>
internal readonly struct GatherAlongBody<E>(ArrayView<E> x, ArrayView<int> indices, ArrayView<E> y, int length, int inner, int kept, ArrayView<int> faults)
    : IIndexBody
    where E : unmanaged
{
    public void Run(int index)
    {
        int outer = index / (kept * inner), place = FaultReport.Checked(faults, Fault.Index, indices[index], length, index);
        y[index] = x[(((outer * length) + place) * inner) + (index % inner)];
    }
}

/// <summary>y[j, ·] = table[indices[j], ·] for one element.</summary>
internal readonly struct GatherRowsBody<E>(ArrayView<E> table, ArrayView<int> indices, ArrayView<E> y, int rows, int inner, ArrayView<int> faults) : IIndexBody
    where E : unmanaged
{
    public void Run(int index)
    {
        int j = index / inner;
        y[index] = table[(FaultReport.Checked(faults, Fault.Index, indices[j], rows, j) * inner) + index - (j * inner)];
    }
}

/// <summary>table[indices[j], ·] = x[j, ·] for one element.</summary>
internal readonly struct ScatterRowsBody<E>(ArrayView<E> x, ArrayView<int> indices, ArrayView<E> table, int rows, int inner, ArrayView<int> faults) : IIndexBody
    where E : unmanaged
{
    public void Run(int index)
    {
        int j = index / inner;
        table[(FaultReport.Checked(faults, Fault.Index, indices[j], rows, j) * inner) + index - (j * inner)] = x[index];
    }
}

/// <summary>The flat index of one contribution's target.</summary>
internal readonly struct TargetBody(ArrayView<int> indices, ArrayView<Key32> targets, ArrayView<int> places, int length, int inner, int kept,
    ArrayView<int> faults) : IIndexBody
{
    public void Run(int index)
    {
        int outer = index / (kept * inner), place = FaultReport.Checked(faults, Fault.Index, indices[index], length, index);
        targets[index] = Key32.Of((ulong)((((outer * length) + place) * inner) + (index % inner)));
        places[index] = index;
    }
}

/// <summary>Adds the contributions to one element of each target in order; they are found by their sorted targets.</summary>
internal readonly struct ScatterAddBody<E, L>(ArrayView<E> dy, ArrayView<Key32> targets, ArrayView<int> places, int count, int inner, ArrayView<E> dx,
    int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int target = index / inner, column = index - (target * inner), low = 0, high = count;
        Key32 key = Key32.Of((ulong)target);
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Key32.IsLess(targets[middle], key))
                low = middle + 1;
            else
                high = middle;
        }

        L sum = accumulate != 0 ? E.Load(dx[index]) : L.Constant(0);
        while (low < count && !Key32.IsLess(key, targets[low]))
        {
            sum += E.Load(dy[(places[low] * inner) + column]);
            low++;
        }

        dx[index] = E.Store(sum);
    }
}
