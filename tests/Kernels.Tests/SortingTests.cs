using System.Numerics;
using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Tests;

namespace ConservativeAD.Kernels.Tests;

public sealed unsafe class SortingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(250)]
    [InlineData(5000)]
    public void Sort_agrees_with_a_naive_sort_at_ties_NaN_and_signed_zeros(int length)
    {
        foreach (bool descending in new[] { false, true })
        {
            foreach (TieOrder ties in new[] { TieOrder.First, TieOrder.Last })
            {
                Compare<float>();
                Compare<double>();
                Compare<Half>();

                void Compare<T>()
                    where T : unmanaged, IBinaryFloatingPointIeee754<T>
                {
                    using var pool = new WorkerPool(2);
                    T[] x = Sample<T>(3 * length, (ulong)length);
                    (T[] values, int[] permutation) = Sort(pool, x, 3, length, descending, ties);
                    for (int row = 0; row < 3; row++)
                    {
                        int[] expected = NaiveOrder(x.AsSpan(row * length, length), descending, ties);
                        Assert.Equal(expected, permutation[(row * length)..((row + 1) * length)]);
                        for (int j = 0; j < length; j++)
                            Assert.True(SameBits(x[(row * length) + expected[j]], values[(row * length) + j]));
                    }
                }
            }
        }
    }

    [Fact]
    public void Sort_orders_extreme_magnitudes()
    {
        using var pool = new WorkerPool(1);
        float[] x = [float.NaN, 1, float.PositiveInfinity, -float.Epsilon, float.NegativeInfinity, -0f, float.Epsilon, -1, 0f, -float.NaN, float.MaxValue,
            float.MinValue];
        Assert.Equal([4, 11, 7, 3, 5, 8, 6, 1, 10, 2, 0, 9], Sort(pool, x, 1, x.Length, false, TieOrder.First).Permutation);
        Assert.Equal([4, 11, 7, 3, 8, 5, 6, 1, 10, 2, 9, 0], Sort(pool, x, 1, x.Length, false, TieOrder.Last).Permutation);
        Assert.Equal([2, 10, 1, 6, 5, 8, 3, 7, 11, 4, 0, 9], Sort(pool, x, 1, x.Length, true, TieOrder.First).Permutation);
    }

    [Fact]
    public void Sort_is_the_same_on_any_number_of_threads()
    {
        float[] x = Sample<float>(300 * 700, 3);
        using var one = new WorkerPool(1);
        (float[] expected, int[] expectedPermutation) = Sort(one, x, 300, 700, false, TieOrder.First);
        for (int threads = 2; threads <= 4; threads++)
        {
            using var pool = new WorkerPool(threads);
            (float[] values, int[] permutation) = Sort(pool, x, 300, 700, false, TieOrder.First);
            Assert.Equal(expected, values);
            Assert.Equal(expectedPermutation, permutation);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(40, 1)]
    [InlineData(40, 5)]
    [InlineData(40, 6)]
    [InlineData(40, 40)]
    [InlineData(3000, 17)]
    [InlineData(3000, 375)]
    [InlineData(3000, 2000)]
    public void TopK_is_the_head_of_the_sort(int length, int k)
    {
        using var pool = new WorkerPool(3);
        foreach (bool largest in new[] { false, true })
        {
            foreach (TieOrder ties in new[] { TieOrder.First, TieOrder.Last })
            {
                Compare<float>();
                Compare<double>();
                Compare<Half>();

                void Compare<T>()
                    where T : unmanaged, IBinaryFloatingPointIeee754<T>
                {
                    T[] x = Sample<T>(2 * length, (ulong)(length + k));
                    var values = new T[2 * k];
                    var indices = new int[2 * k];
                    fixed (T* px = x, pv = values)
                    fixed (int* pi = indices)
                        Sorting.TopK(pool, px, pv, pi, 2, length, k, largest, ties);
                    for (int row = 0; row < 2; row++)
                    {
                        int[] expected = NaiveOrder(x.AsSpan(row * length, length), largest, ties)[..k];
                        Assert.Equal(expected, indices[(row * k)..((row + 1) * k)]);
                        Assert.True(SameBits(x[(row * length) + expected[0]], values[row * k]));
                    }
                }
            }
        }
    }

    [Fact]
    public void TopK_refuses_more_than_there_is()
    {
        using var pool = new WorkerPool(1);
        float x = 0;
        int i = 0;
        float* p = &x;
        int* q = &i;
        Assert.Contains("top 5 of a row of 4", Assert.Throws<ArgumentOutOfRangeException>(() => Sorting.TopK(pool, p, p, q, 1, 4, 5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sorting.TopK(pool, p, p, q, 1, 4, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Extremes.ArgMax(pool, p, p, q, 1, 0, 1));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 1)]
    [InlineData(3, 300, 1)]
    [InlineData(2, 5, 3)]
    [InlineData(2, 9, 37)]
    [InlineData(1, 400, 300)]
    public void Extremes_agree_with_a_naive_scan_on_any_number_of_threads(int outer, int length, int inner)
    {
        for (int threads = 1; threads <= 4; threads++)
        {
            using var pool = new WorkerPool(threads);
            Compare<float>(pool);
            Compare<double>(pool);
            Compare<Half>(pool);
        }

        void Compare<T>(WorkerPool pool)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int nanEvery in new[] { 0, 11 })
            {
                T[] x = Sample<T>(outer * length * inner, 5, nanEvery);
                foreach (bool largest in new[] { false, true })
                {
                    foreach (TieOrder ties in new[] { TieOrder.First, TieOrder.Last })
                    {
                        var values = new T[outer * inner];
                        var indices = new int[outer * inner];
                        var counts = new int[outer * inner];
                        fixed (T* px = x, pv = values)
                        fixed (int* pi = indices, pc = counts)
                        {
                            if (largest)
                                Extremes.ArgMax(pool, px, pv, pi, outer, length, inner, ties);
                            else
                                Extremes.ArgMin(pool, px, pv, pi, outer, length, inner, ties);
                            Extremes.CountTies(pool, px, pv, pc, outer, length, inner);
                        }

                        for (int lane = 0; lane < outer * inner; lane++)
                        {
                            T[] elements = [.. Enumerable.Range(0, length).Select(l => x[(((lane / inner * length) + l) * inner) + (lane % inner)])];
                            T extreme = elements.Any(T.IsNaN) ? T.NaN : largest ? elements.Max() : elements.Min();
                            bool Tied(T e) => e == extreme || (T.IsNaN(e) && T.IsNaN(extreme));
                            int expected = ties == TieOrder.First ? Array.FindIndex(elements, Tied) : Array.FindLastIndex(elements, Tied);
                            Assert.Equal(expected, indices[lane]);
                            Assert.True(SameBits(elements[expected], values[lane]));
                            Assert.Equal(T.IsNaN(extreme) ? 0 : elements.Count(Tied) - 1, counts[lane]);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Ties_of_sorted_rows_are_counted_without_NaN_and_with_signed_zeros()
    {
        using var pool = new WorkerPool(1);
        float[] sorted = [1, 1, 1, 2, -0f, 0f, float.NaN, float.NaN, 1, 2, 3, 4];
        var counts = new int[3];
        fixed (float* p = sorted)
        fixed (int* c = counts)
            Sorting.CountTies(pool, p, c, 3, 4);
        Assert.Equal([2, 1, 0], counts);
    }

    [Fact]
    public void Sorting_again_allocates_nothing_on_the_managed_heap()
    {
        using var pool = new WorkerPool(2);
        float[] x = Sample<float>(40 * 2000, 1);
        var values = new float[x.Length];
        var permutation = new int[x.Length];
        fixed (float* px = x, pv = values)
        fixed (int* pp = permutation)
        {
            (nint numbers, nint sorted, nint places) = ((nint)px, (nint)pv, (nint)pp);
            Assert.Equal(0, Allocations.Least(() => Sorting.Sort(pool, (float*)numbers, (float*)sorted, (int*)places, 40, 2000)));
        }
    }

    private static (T[] Values, int[] Permutation) Sort<T>(WorkerPool pool, T[] x, int rows, int length, bool descending, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[x.Length];
        var permutation = new int[x.Length];
        fixed (T* px = x, pv = values)
        fixed (int* pp = permutation)
            Sorting.Sort(pool, px, pv, pp, rows, length, descending, ties);
        return (values, permutation);
    }

    // Few distinct values, so that ties are frequent, with zeros of both signs and some NaN.
    private static T[] Sample<T>(int count, ulong seed, int nanEvery = 13)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var words = new uint[count];
        new Philox(seed, 99).Words(words);
        return [.. words.Select(w => nanEvery > 0 && w % nanEvery == 0 ? T.NaN
            : w % 7 == 0 ? T.NegativeZero
            : (w & 8) == 0 ? T.CreateTruncating((int)(w >> 16) % 40) - T.CreateTruncating(20)
            : T.CreateTruncating(((int)(w >> 8) / 1e6) - 8))];
    }

    private static int[] NaiveOrder<T>(ReadOnlySpan<T> row, bool descending, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = row.ToArray();
        var order = Enumerable.Range(0, x.Length).ToArray();
        Array.Sort(order, (a, b) =>
        {
            int byKey = (T.IsNaN(x[a]), T.IsNaN(x[b])) switch
            {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => -1,
                _ when x[a] == x[b] => 0,
                _ => (x[a] < x[b]) != descending ? -1 : 1,
            };
            return byKey != 0 ? byKey : ties == TieOrder.First ? a.CompareTo(b) : b.CompareTo(a);
        });
        return order;
    }

    private static bool SameBits<T>(T a, T b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (T.IsNaN(a) && T.IsNaN(b)) || (a == b && T.IsNegative(a) == T.IsNegative(b));
}
