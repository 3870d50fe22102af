using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Reorders the runs of equal elements in sorted rows by a second key. Each row is processed by one thread.</summary>
internal static unsafe class TiedOrder
{
    // Runs up to this long are ordered by insertion; longer ones by the general sort.
    private const int Short = 24;

    /// <summary>Reorders the permutation's entries within each run, so that the keys they refer to are in order.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="sorted">The sorted values.</param>
    /// <param name="keys">The second keys, in the elements' original order.</param>
    /// <param name="permutation">The permutation that sorted the values, row by row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="descending">Whether larger keys come first.</param>
    public static void Run<T>(WorkerPool pool, T* sorted, T* keys, int* permutation, int rows, int length, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var split = new Lanes(rows, length, 1);
        pool.For(split.Parts, new Body<T>(split, sorted, keys, permutation, length, descending));
    }

    private readonly struct Body<T>(Lanes split, T* sorted, T* keys, int* permutation, int length, bool descending) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [SkipLocalsInit]
        public void Run(int part)
        {
            T* nearby = stackalloc T[Short];
            (long first, long end) = split.Range(part);
            for (long row = first; row < end; row++)
            {
                nint start = (nint)row * length;
                for (int begin = 0, next; begin < length; begin = next)
                {
                    next = begin + 1;
                    while (next < length && sorted[start + next] == sorted[start + begin])
                        next++;
                    int count = next - begin;
                    if (count > Short)
                        Long(new Span<int>(permutation + start + begin, count), keys + start);
                    else if (count > 1)
                        Insertion(permutation + start + begin, count, keys + start, nearby);
                }
            }
        }

        private void Insertion(int* run, int count, T* rowKeys, T* nearby)
        {
            for (int i = 0; i < count; i++)
            {
                int index = run[i], place = i;
                T key = descending ? -rowKeys[index] : rowKeys[index];
                for (; place > 0 && nearby[place - 1] > key; place--)
                    (nearby[place], run[place]) = (nearby[place - 1], run[place - 1]);
                (nearby[place], run[place]) = (key, index);
            }
        }

        private void Long(Span<int> run, T* rowKeys)
        {
            T[] rented = ArrayPool<T>.Shared.Rent(run.Length);
            Span<T> own = rented.AsSpan(0, run.Length);
            for (int i = 0; i < run.Length; i++)
                own[i] = descending ? -rowKeys[run[i]] : rowKeys[run[i]];
            own.Sort(run);
            ArrayPool<T>.Shared.Return(rented);
        }
    }
}
