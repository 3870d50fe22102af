using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Sorts key arrays: merge sort for short ones, least-significant-digit radix sort for long ones, a heap if only the first few are needed.</summary>
internal static unsafe class KeySort
{
    // From this many keys per pass on, radix sort is faster; below, merge sort is (measured).
    private const int RadixKeysPerPass = 64;
    private const int InsertionRun = 16;

    /// <summary>Bytes of counters that <see cref="Sort"/> needs besides its two arrays.</summary>
    public const int CounterBytes = SortKeys.MaximumPasses * SortKeys.Digits * sizeof(int);

    /// <summary>Sorts keys by value and then by place. The places must be ascending in the input.</summary>
    /// <returns>The one of the two arrays that holds the result.</returns>
    public static TKey* Sort<TKey>(TKey* keys, TKey* spare, int* counters, int count, int passes)
        where TKey : unmanaged, ISortKey<TKey> =>
        count < passes * RadixKeysPerPass ? Merge(keys, spare, count) : Radix(keys, spare, counters, count, passes);

    /// <summary>Moves the first <paramref name="k"/> keys of the order to the front, sorted. The order of the others is unspecified.</summary>
    /// <returns>The one of the two arrays that holds the result.</returns>
    public static TKey* First<TKey>(TKey* keys, TKey* spare, int count, int k)
        where TKey : unmanaged, ISortKey<TKey>
    {
        // A heap with the worst of the best k on top; one comparison with it rejects most of the others.
        for (int root = (k / 2) - 1; root >= 0; root--)
            SiftDown(keys, root, k);
        for (int i = k; i < count; i++)
        {
            if (keys[i].IsBefore(keys[0]))
            {
                keys[0] = keys[i];
                SiftDown(keys, 0, k);
            }
        }

        return Merge(keys, spare, k);
    }

    private static TKey* Radix<TKey>(TKey* keys, TKey* spare, int* counters, int count, int passes)
        where TKey : unmanaged, ISortKey<TKey>
    {
        CountDigits(keys, counters, count, passes);
        for (int pass = 0; pass < passes; pass++, counters += SortKeys.Digits)
        {
            // A pass over a digit that is equal in all keys (exponents in a narrow range, the top of a short key) changes nothing.
            if (counters[keys[0].Digit(pass)] == count)
                continue;

            int start = 0;
            for (int digit = 0; digit < SortKeys.Digits; digit++)
            {
                int size = counters[digit];
                counters[digit] = start;
                start += size;
            }

            Distribute(keys, spare, counters, count, pass);
            TKey* sorted = spare;
            spare = keys;
            keys = sorted;
        }

        return keys;
    }

    // The number of times each digit occurs at each place; it does not depend on the order of the keys.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CountDigits<TKey>(TKey* keys, int* counters, int count, int passes)
        where TKey : unmanaged, ISortKey<TKey>
    {
        new Span<int>(counters, passes * SortKeys.Digits).Clear();
        for (int i = 0; i < count; i++)
        {
            TKey key = keys[i];
            for (int pass = 0; pass < passes; pass++)
                counters[(pass * SortKeys.Digits) + key.Digit(pass)]++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Distribute<TKey>(TKey* keys, TKey* spare, int* counters, int count, int pass)
        where TKey : unmanaged, ISortKey<TKey>
    {
        for (int i = 0; i < count; i++)
        {
            TKey key = keys[i];
            spare[counters[key.Digit(pass)]++] = key;
        }
    }

    private static TKey* Merge<TKey>(TKey* keys, TKey* spare, int count)
        where TKey : unmanaged, ISortKey<TKey>
    {
        for (int start = 0; start < count; start += InsertionRun)
            Insert(keys + start, Math.Min(InsertionRun, count - start));

        for (long width = InsertionRun; width < count; width *= 2)
        {
            for (long start = 0; start < count; start += 2 * width)
            {
                long middle = Math.Min(start + width, count);
                long end = Math.Min(start + (2 * width), count);
                TKey* left = keys + start;
                TKey* leftEnd = keys + middle;
                TKey* right = leftEnd;
                TKey* rightEnd = keys + end;
                TKey* target = spare + start;
                while (left < leftEnd && right < rightEnd)
                {
                    bool takeRight = right->IsBefore(*left);
                    *target++ = takeRight ? *right : *left;
                    right += takeRight ? 1 : 0;
                    left += takeRight ? 0 : 1;
                }

                while (left < leftEnd)
                    *target++ = *left++;
                while (right < rightEnd)
                    *target++ = *right++;
            }

            TKey* sorted = spare;
            spare = keys;
            keys = sorted;
        }

        return keys;
    }

    private static void Insert<TKey>(TKey* keys, int count)
        where TKey : unmanaged, ISortKey<TKey>
    {
        for (int i = 1; i < count; i++)
        {
            TKey key = keys[i];
            int j = i;
            for (; j > 0 && key.IsBefore(keys[j - 1]); j--)
                keys[j] = keys[j - 1];
            keys[j] = key;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SiftDown<TKey>(TKey* heap, int root, int count)
        where TKey : unmanaged, ISortKey<TKey>
    {
        TKey sinking = heap[root];
        while ((2L * root) + 1 < count)
        {
            int child = (2 * root) + 1;
            if (child + 1 < count && heap[child].IsBefore(heap[child + 1]))
                child++;
            if (!sinking.IsBefore(heap[child]))
                break;
            heap[root] = heap[child];
            root = child;
        }

        heap[root] = sinking;
    }
}
