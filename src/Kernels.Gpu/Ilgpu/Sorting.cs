using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The key and the index of one element; the row is read from its end if the last of equal elements comes first.</summary>
internal readonly struct SortKeyBody<E, L, TKey>(ArrayView<E> x, ArrayView<TKey> keys, ArrayView<int> places, int length, int isDescending, int isLast)
    : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TKey : unmanaged, IRadixKey<TKey>
{
    public void Run(int index)
    {
        int row = index / length, place = index - (row * length);
        if (isLast != 0)
            place = length - 1 - place;
        keys[index] = TKey.Of(Directed.Key<E, L>(x[(row * length) + place], isDescending));
        places[index] = place;
    }
}

/// <summary>Keys for both directions.</summary>
internal static class Directed
{
    /// <summary>The key of an element; NaN comes last in both directions.</summary>
    public static ulong Key<E, L>(E element, int isDescending)
        where E : unmanaged, IElement<E, L>
        where L : unmanaged, IThreadLane<L>
    {
        ulong key = E.Key(element);
        return isDescending != 0 && !L.IsNaN(E.Load(element)) ? ~key : key;
    }
}

/// <summary>The first elements of sorted rows.</summary>
internal readonly struct SortedBody<E>(ArrayView<E> x, ArrayView<int> places, ArrayView<E> values, ArrayView<int> indices, int length, int kept) : IIndexBody
    where E : unmanaged
{
    public void Run(int index)
    {
        int row = index / kept, place = places[(row * length) + index - (row * kept)];
        indices[index] = place;
        values[index] = x[(row * length) + place];
    }
}

/// <summary>The extreme of a lane, found by one thread.</summary>
internal readonly struct ExtremeBody<E, L>(ArrayView<E> x, ArrayView<E> values, ArrayView<int> indices, int length, int inner, int isSmallest, int isLast)
    : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int start = (index / inner * length * inner) + (index % inner), best = 0;
        for (int i = 1; i < length; i++)
        {
            if (IsTaken(start, i, best))
                best = i;
        }

        indices[index] = best;
        values[index] = x[start + (best * inner)];
    }

    private bool IsTaken(int start, int challenger, int holder)
    {
        L a = E.Load(x[start + (challenger * inner)]), b = E.Load(x[start + (holder * inner)]);
        return isSmallest != 0 ? Extreme.IsTaken(-a, -b, isLast) : Extreme.IsTaken(a, b, isLast);
    }
}

/// <summary>The extreme of a lane, found by a group of threads: each thread finds that of its elements, then these are compared.</summary>
internal readonly struct LongExtremeBody<E, L>(ArrayView<E> x, ArrayView<E> values, ArrayView<int> indices, int length, int inner, int isSmallest, int isLast)
    : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(RadixSort.MaximumThreads);
        int start = (part / inner * length * inner) + (part % inner), thread = Group.IdxX, best = IntrinsicMath.Min(thread, length - 1);
        for (int i = thread + Group.DimX; i < length; i += Group.DimX)
            best = Better(start, best, i);
        shared[thread] = best;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
                shared[thread] = Better(start, shared[thread], shared[thread + half]);
            Group.Barrier();
        }

        if (thread == 0)
        {
            indices[part] = shared[0];
            values[part] = x[start + (shared[0] * inner)];
        }
    }

    private int Better(int start, int one, int other)
    {
        int holder = IntrinsicMath.Min(one, other), challenger = IntrinsicMath.Max(one, other);
        L a = E.Load(x[start + (challenger * inner)]), b = E.Load(x[start + (holder * inner)]);
        if (isSmallest != 0)
        {
            a = -a;
            b = -b;
        }

        return Extreme.IsTaken(a, b, isLast) ? challenger : holder;
    }
}

/// <summary>1 for an element of sorted rows that equals a neighbour, otherwise 0.</summary>
internal readonly struct TieMarkBody<E, L>(ArrayView<E> sorted, ArrayView<E> marks, int length) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int place = index % length;
        L own = E.Load(sorted[index]);
        bool ties = (place > 0 && L.IsEqual(own, E.Load(sorted[index - 1]))) || (place + 1 < length && L.IsEqual(own, E.Load(sorted[index + 1])));
        marks[index] = E.Store(ties ? L.Constant(1) : L.Constant(0));
    }
}

/// <summary>
/// The start of the run of equal elements that contains each place of a sorted row: the last place up to it whose element differs from the previous one.
/// </summary>
internal readonly struct RunStartBody<E, L>(ArrayView<E> sorted, ArrayView<int> starts, int length) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int part)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(RadixSort.MaximumThreads);
        int row = part * length, thread = Group.IdxX, latest = 0;
        for (int chunk = 0; chunk < length; chunk += Group.DimX)
        {
            int place = chunk + thread, at = row + place;
            shared[thread] = place > 0 && place < length && !L.IsEqual(E.Load(sorted[at]), E.Load(sorted[at - 1])) ? place : 0;
            Group.Barrier();
            for (int distance = 1; distance < Group.DimX; distance *= 2)
            {
                int before = thread >= distance ? shared[thread - distance] : 0;
                Group.Barrier();
                shared[thread] = IntrinsicMath.Max(shared[thread], before);
                Group.Barrier();
            }

            if (place < length)
                starts[at] = IntrinsicMath.Max(latest, shared[thread]);
            latest = IntrinsicMath.Max(latest, shared[Group.DimX - 1]);
            Group.Barrier();
        }
    }
}

/// <summary>The mean of one run, computed in order by the thread of its first place.</summary>
internal readonly struct RunMeanBody<E, L>(ArrayView<int> starts, ArrayView<E> x, ArrayView<E> y, int length) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int row = index / length * length, start = index - row;
        if (starts[index] != start)
            return;
        int end = start + 1;
        double sum = L.ToDouble(E.Load(x[index]));
        while (end < length && starts[row + end] == start)
        {
            sum += L.ToDouble(E.Load(x[row + end]));
            end++;
        }

        E mean = end == start + 1 ? x[index] : E.Store(L.Constant(sum / (end - start)));
        for (int i = start; i < end; i++)
            y[row + i] = mean;
    }
}

/// <summary>The key of the element at one place, read through a permutation if there is one.</summary>
internal readonly struct SecondKeyBody<E, L, TKey>(ArrayView<E> x, ArrayView<int> permutation, int hasPermutation, ArrayView<TKey> keys, ArrayView<int> places,
    int length, int isDescending) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TKey : unmanaged, IRadixKey<TKey>
{
    public void Run(int index)
    {
        int row = index / length * length;
        keys[index] = TKey.Of(Directed.Key<E, L>(x[row + (hasPermutation != 0 ? permutation[index] : index - row)], isDescending));
        places[index] = index - row;
    }
}

/// <summary>The run of a place, as a key.</summary>
internal readonly struct RunKeyBody(ArrayView<int> starts, ArrayView<int> places, ArrayView<Key32> keys, int length) : IIndexBody
{
    public void Run(int index) => keys[index] = Key32.Of((ulong)starts[(index / length * length) + places[index]]);
}

/// <summary>Elements of rows in another order.</summary>
internal readonly struct PermuteBody<E>(ArrayView<E> source, ArrayView<int> places, ArrayView<E> destination, int length) : IIndexBody
    where E : unmanaged
{
    public void Run(int index) => destination[index] = source[(index / length * length) + places[index]];
}
