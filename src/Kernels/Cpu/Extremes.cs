using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Largest and smallest elements along the middle axis of an [outer, length, inner] array, with their indices. A NaN wins over every number.
/// </summary>
internal static unsafe class Extremes
{
    /// <summary>Finds the largest element of every lane and its index.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="values">[outer, inner], the elements found.</param>
    /// <param name="indices">[outer, inner], their indices along the axis.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="length">Size of the axis; at least 1.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <param name="ties">Which of equal elements (or of several NaN) is taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">The axis is empty.</exception>
    public static void ArgMax<T>(WorkerPool pool, T* x, T* values, int* indices, int outer, int length, int inner, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, Greater<T>>(pool, x, values, indices, outer, length, inner, ties);

    /// <summary>Finds the smallest element of every lane and its index; see <see cref="ArgMax"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The axis is empty.</exception>
    public static void ArgMin<T>(WorkerPool pool, T* x, T* values, int* indices, int outer, int length, int inner, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, Less<T>>(pool, x, values, indices, outer, length, inner, ties);

    /// <summary>Counts, for every lane, the elements beyond the first that equal its extreme. The count is 0 if the extreme is differentiable or NaN.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="extremes">[outer, inner], from <see cref="ArgMax"/> or <see cref="ArgMin"/>.</param>
    /// <param name="counts">[outer, inner].</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="length">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    public static void CountTies<T>(WorkerPool pool, T* x, T* extremes, int* counts, int outer, int length, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var split = new Lanes(outer, length, inner);
        pool.For(split.Parts, new TieBody<T>(split, x, extremes, counts, length, inner));
    }

    private static void Run<T, TOrder>(WorkerPool pool, T* x, T* values, int* indices, int outer, int length, int inner, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IExtremeOrder<T>
    {
        if (length < 1)
            throw new ArgumentOutOfRangeException(nameof(length), length,
                $"An extreme along an empty axis does not exist; the array is [{outer}, {length}, {inner}].");
        var split = new Lanes(outer, length, inner);
        pool.For(split.Parts, new ExtremeBody<T, TOrder>(split, x, values, indices, length, inner, ties));
    }

    /// <summary>Defines "more extreme".</summary>
    private interface IExtremeOrder<T>
        where T : unmanaged
    {
        static abstract bool Beats(T challenger, T holder);

        static abstract Vector<T> Beats(Vector<T> challenger, Vector<T> holder);

        static abstract T Of(ReadOnlySpan<T> row);
    }

    private readonly struct Greater<T> : IExtremeOrder<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static bool Beats(T challenger, T holder) => challenger > holder;

        public static Vector<T> Beats(Vector<T> challenger, Vector<T> holder) => Vector.GreaterThan(challenger, holder);

        public static T Of(ReadOnlySpan<T> row) => TensorPrimitives.Max(row);
    }

    private readonly struct Less<T> : IExtremeOrder<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static bool Beats(T challenger, T holder) => challenger < holder;

        public static Vector<T> Beats(Vector<T> challenger, Vector<T> holder) => Vector.LessThan(challenger, holder);

        public static T Of(ReadOnlySpan<T> row) => TensorPrimitives.Min(row);
    }

    private readonly struct ExtremeBody<T, TOrder>(Lanes split, T* x, T* values, int* indices, int length, int inner, TieOrder ties) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IExtremeOrder<T>
    {
        public void Run(int part)
        {
            foreach ((nint o, int first, int count, long lane) in split.Runs(part))
            {
                T* start = x + (o * length * inner) + first;
                if (inner == 1)
                    Row(start, values + lane, indices + lane);
                else
                    Columns(start, values + lane, indices + lane, count);
            }
        }

        private void Row(T* row, T* value, int* index)
        {
            // Finds the extreme with vectors, then searches for its index. Zeros of either sign compare as equal, as intended.
            T extreme = TOrder.Of(new ReadOnlySpan<T>(row, length));
            bool isNaN = T.IsNaN(extreme);
            int found = ties == TieOrder.First ? 0 : length - 1;
            int step = ties == TieOrder.First ? 1 : -1;
            while (!(row[found] == extreme || (isNaN && T.IsNaN(row[found]))))
                found += step;
            *index = found;
            *value = row[found];
        }

        private void Columns(T* start, T* best, int* where, int count)
        {
            Unsafe.CopyBlockUnaligned(best, start, (uint)(count * sizeof(T)));
            new Span<int>(where, count).Clear();
            for (int l = 1; l < length; l++)
            {
                T* row = start + ((nint)l * inner);
                int i = 0;
                if (typeof(T) == typeof(float) && Vector.IsHardwareAccelerated)
                {
                    for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
                    {
                        Vector<T> challenger = Unsafe.ReadUnaligned<Vector<T>>(row + i);
                        Vector<T> holder = Unsafe.ReadUnaligned<Vector<T>>(best + i);
                        Vector<int> holderIsNumber = Vector.Equals(holder, holder).As<T, int>();
                        Vector<int> challengerIsNaN = ~Vector.Equals(challenger, challenger).As<T, int>();
                        Vector<int> taken = ties == TieOrder.First
                            ? (TOrder.Beats(challenger, holder).As<T, int>() | challengerIsNaN) & holderIsNumber
                            : (~TOrder.Beats(holder, challenger).As<T, int>() & holderIsNumber) | challengerIsNaN;
                        Unsafe.WriteUnaligned(best + i, Vector.ConditionalSelect(taken.As<int, T>(), challenger, holder));
                        Vector<int> places = Unsafe.ReadUnaligned<Vector<int>>(where + i);
                        Unsafe.WriteUnaligned(where + i, Vector.ConditionalSelect(taken, new Vector<int>(l), places));
                    }
                }

                for (; i < count; i++)
                {
                    T challenger = row[i];
                    T holder = best[i];
                    bool taken = ties == TieOrder.First
                        ? (TOrder.Beats(challenger, holder) || T.IsNaN(challenger)) && !T.IsNaN(holder)
                        : (!TOrder.Beats(holder, challenger) && !T.IsNaN(holder)) || T.IsNaN(challenger);
                    if (taken)
                    {
                        best[i] = challenger;
                        where[i] = l;
                    }
                }
            }
        }
    }

    private readonly struct TieBody<T>(Lanes split, T* x, T* extremes, int* counts, int length, int inner) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            foreach ((nint o, int first, int count, long lane) in split.Runs(part))
            {
                T* start = x + (o * length * inner) + first;
                for (int i = 0; i < count; i++)
                    counts[lane + i] = -1;
                for (int l = 0; l < length; l++)
                {
                    T* row = start + ((nint)l * inner);
                    for (int i = 0; i < count; i++)
                        counts[lane + i] += row[i] == extremes[lane + i] ? 1 : 0;
                }

                // A NaN equals nothing, itself included.
                for (int i = 0; i < count; i++)
                    counts[lane + i] = Math.Max(counts[lane + i], 0);
            }
        }
    }
}
