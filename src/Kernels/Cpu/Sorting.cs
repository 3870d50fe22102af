using System.Numerics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Sorting of the rows of a contiguous [rows, length] array, with the permutation that sorts. −0 and +0 are equal keys; NaN come last in
/// either direction and count as equal to each other. Each row is sorted by one thread.
/// </summary>
internal static unsafe class Sorting
{
    // A heap finds the first k of n faster than a sort while k is a small fraction of n.
    private const int HeapFraction = 8;

    /// <summary>Sorts every row: values[r, j] = source[r, permutation[r, j]].</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="source">[rows, length]; not overlapping the outputs.</param>
    /// <param name="values">[rows, length], the sorted rows.</param>
    /// <param name="permutation">[rows, length], the original index of every element of the sorted row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="descending">Largest first.</param>
    /// <param name="ties">First: stable. Last: equal elements in reverse order of their indices.</param>
    public static void Sort<T>(WorkerPool pool, T* source, T* values, int* permutation, int rows, int length, bool descending = false,
        TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(pool, source, values, permutation, rows, length, length, descending, ties);

    /// <summary>The k largest or smallest elements of every row in order: the first k columns of <see cref="Sort"/>, NaN last.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="source">[rows, length]; not overlapping the outputs.</param>
    /// <param name="values">[rows, k].</param>
    /// <param name="indices">[rows, k].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="k">The number of elements to take, 0 … length.</param>
    /// <param name="largest">Largest, or else smallest.</param>
    /// <param name="ties">Which of equal elements comes first, and is kept if not all fit.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is outside 0 … <paramref name="length"/>.</exception>
    public static void TopK<T>(WorkerPool pool, T* source, T* values, int* indices, int rows, int length, int k, bool largest = true,
        TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (k < 0 || k > length)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"The top {k} of a row of {length} elements cannot be taken; k lies in 0 … {length}.");
        if (k > 0)
            Run(pool, source, values, indices, rows, length, k, largest, ties);
    }

    /// <summary>Counts the equal neighbours in every sorted row (NaN are not equal). The count is 0 if the sort is differentiable.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="sorted">[rows, length], sorted.</param>
    /// <param name="counts">[rows].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">Elements of a row.</param>
    public static void CountTies<T>(WorkerPool pool, T* sorted, int* counts, int rows, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var split = new Lanes(rows, length, 1);
        pool.For(split.Parts, new TieBody<T>(split, sorted, counts, length));
    }

    private static void Run<T>(WorkerPool pool, T* source, T* values, int* permutation, int rows, int length, int k, bool descending, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (length == 0)
            return;
        var split = new Lanes(rows, length, 1);
        if (typeof(T) == typeof(double))
            pool.For(split.Parts, new SortBody<T, WideKey>(split, source, values, permutation, length, k, descending, ties));
        else
            pool.For(split.Parts, new SortBody<T, PackedKey>(split, source, values, permutation, length, k, descending, ties));
    }

    private readonly struct SortBody<T, TKey>(Lanes split, T* source, T* values, int* permutation, int length, int k, bool descending, TieOrder ties)
        : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKey : unmanaged, ISortKey<TKey>
    {
        public void Run(int part)
        {
            nuint keyBytes = (nuint)length * (nuint)sizeof(TKey);
            byte* scratch = ScratchMemory.Rent<byte>(ScratchUse.Keys, checked((long)(2 * keyBytes) + KeySort.CounterBytes));
            TKey* keys = (TKey*)(scratch + KeySort.CounterBytes);
            TKey* spare = keys + length;
            (long first, long end) = split.Range(part);
            for (long row = first; row < end; row++)
                Row((nint)row, keys, spare, (int*)scratch);
        }

        private void Row(nint row, TKey* keys, TKey* spare, int* counters)
        {
            T* x = source + (row * length);
            bool reversed = ties == TieOrder.Last;
            if (reversed)
            {
                for (int i = 0; i < length; i++)
                    keys[i] = TKey.Make(SortKeys.Of(x[length - 1 - i], descending), (uint)i);
            }
            else
            {
                for (int i = 0; i < length; i++)
                    keys[i] = TKey.Make(SortKeys.Of(x[i], descending), (uint)i);
            }

            TKey* sorted = k <= length / HeapFraction
                ? KeySort.First(keys, spare, length, k)
                : KeySort.Sort(keys, spare, counters, length, SortKeys.Passes<T>());
            T* y = values + (row * k);
            int* p = permutation + (row * k);
            for (int j = 0; j < k; j++)
            {
                int place = (int)sorted[j].Place;
                int index = reversed ? length - 1 - place : place;
                p[j] = index;

                // Decodes the value from the key, because reading at the original place would be a random memory access.
                y[j] = SortKeys.TryNumber(sorted[j].Key, descending, out T value) ? value : x[index];
            }
        }
    }

    private readonly struct TieBody<T>(Lanes split, T* sorted, int* counts, int length) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            (long first, long end) = split.Range(part);
            for (long row = first; row < end; row++)
            {
                T* x = sorted + ((nint)row * length);
                int count = 0;
                for (int i = 1; i < length; i++)
                    count += x[i] == x[i - 1] ? 1 : 0;
                counts[row] = count;
            }
        }
    }
}
