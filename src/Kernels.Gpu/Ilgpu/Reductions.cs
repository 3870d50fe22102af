using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The elements that each result of a reduction combines, and their division into slices.</summary>
/// <param name="Kept">The axes of the results.</param>
/// <param name="KeptSteps">The strides of x along them.</param>
/// <param name="Reduced">The reduced axes.</param>
/// <param name="ReducedSteps">The strides of x along them.</param>
/// <param name="Length">Elements of a result.</param>
/// <param name="Slices">Slices of a result's elements.</param>
internal readonly record struct ReductionLayout(Axes Kept, Steps KeptSteps, Axes Reduced, Steps ReducedSteps, int Length, int Slices)
{
    /// <summary>The start of a slice.</summary><param name="slice">From 0 to <see cref="Slices"/>.</param>
    public int Start(int slice) => (int)((long)Length * slice / Slices);

    /// <summary>The offset of an element in x.</summary><param name="result">The result.</param><param name="element">The index of the element.</param>
    public int Offset(int result, int element) => Kept.Offset(result, KeptSteps) + Reduced.Offset(element, ReducedSteps);
}

/// <summary>A slice of one result, computed by a group of threads: used if a result's elements are contiguous.</summary>
internal readonly struct RowReductionBody<E, L, TReduction>(ReductionLayout layout, ArrayView<E> x, ArrayView<L> partial) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TReduction : struct, IReduction
{
    public void Run(int part)
    {
        int result = part / layout.Slices, slice = part % layout.Slices, end = layout.Start(slice + 1);
        L value = TReduction.Identity<L>();
        for (int i = layout.Start(slice) + Group.IdxX; i < end; i += Group.DimX)
            value = TReduction.Combine(value, TReduction.Map(E.Load(x[layout.Offset(result, i)])));
        value = GroupTree.Combine<L, TReduction>(value);
        if (Group.IdxX == 0)
            partial[part] = value;
    }
}

/// <summary>A slice of one result, computed by a thread: used if results are contiguous or have few elements.</summary>
internal readonly struct ColumnReductionBody<E, L, TReduction>(ReductionLayout layout, int results, ArrayView<E> x, ArrayView<L> partial) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TReduction : struct, IReduction
{
    public void Run(int index)
    {
        int slice = index / results, result = index - (slice * results), end = layout.Start(slice + 1);
        L value = TReduction.Identity<L>();
        for (int i = layout.Start(slice); i < end; i++)
            value = TReduction.Combine(value, TReduction.Map(E.Load(x[layout.Offset(result, i)])));
        partial[(result * layout.Slices) + slice] = value;
    }
}

/// <summary>Combines the slices of one result in order.</summary>
internal readonly struct SliceBody<E, L, TReduction>(ArrayView<L> partial, int slices, Axes axes, Steps steps, ArrayView<E> destination, int accumulate)
    : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TReduction : struct, IReduction
{
    public void Run(int index)
    {
        L value = partial[index * slices];
        for (int slice = 1; slice < slices; slice++)
            value = TReduction.Combine(value, partial[(index * slices) + slice]);
        int at = axes.Offset(index, steps);
        if (accumulate != 0)
            value = E.Load(destination[at]) + value;
        destination[at] = E.Store(value);
    }
}

/// <summary>Adds the number of elements of a part that a function maps to something other than 0. Counts are integers, so the order of addition does not
/// matter.</summary>
internal readonly struct CountBody<E, L, TMap>(TMap map, Axes axes, Steps steps, ArrayView<E> x, int count, int partLength, ArrayView<int> counts, int place)
    : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TMap : struct, IUnaryMap
{
    public void Run(int part)
    {
        int start = part * partLength, end = IntrinsicMath.Min(partLength, count - start), found = 0;
        for (int i = Group.IdxX; i < end; i += Group.DimX)
        {
            L value = map.Invoke(E.Load(x[axes.Offset(start + i, steps)]));
            found += L.IsEqual(value, L.Constant(0)) ? 0 : 1;
        }

        found = GroupTree.Sum(found);
        if (Group.IdxX == 0)
            Atomic.Add(ref counts[place], found);
    }
}

/// <summary>The sum of squares of a part, in double.</summary>
internal readonly struct SquareSumBody<E, L>(ArrayView<E> x, int count, int partLength, ArrayView<DoubleLane> sums) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        int start = part * partLength, end = IntrinsicMath.Min(partLength, count - start);
        DoubleLane sum = new(0);
        for (int i = Group.IdxX; i < end; i += Group.DimX)
        {
            double value = L.ToDouble(E.Load(x[start + i]));
            sum = new DoubleLane(sum.Value + (value * value));
        }

        sum = GroupTree.Combine<DoubleLane, Sum>(sum);
        if (Group.IdxX == 0)
            sums[part] = sum;
    }
}
