using System.Numerics;
using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Tests;
using CsCheck;

namespace ConservativeAD.Kernels.Tests;

public sealed unsafe class IndexingTests
{
    [Fact]
    public void Rows_are_read_and_their_cotangents_added_where_they_came_from()
    {
        using var pool = new WorkerPool(2);
        float[] table = [1, 2, 3, 4, 5, 6];
        int[] indices = [2, 0, 2];
        float[] output = new float[6], dTable = [9, 9, 9, 9, 9, 9], dOutput = [1, 10, 100, 1000, 2, 20];
        fixed (float* pt = table, po = output, pd = dOutput, pdt = dTable)
        fixed (int* pi = indices)
        {
            Indexing.GatherRows(pool, pt, 3, 2, pi, 3, po);
            Assert.Equal([5, 6, 1, 2, 5, 6], output);
            Indexing.ScatterAddRows(pool, pd, pi, 3, pdt, 3, 2);
            Assert.Equal([100, 1000, 0, 0, 3, 30], dTable);
            Indexing.ScatterAddRows(pool, pd, pi, 3, pdt, 3, 2, accumulate: true);
            Assert.Equal([200, 2000, 0, 0, 6, 60], dTable);
        }
    }

    [Theory]
    [InlineData(1, 1, 5)]
    [InlineData(50, 1, 1000)]
    [InlineData(7, 3, 500)]
    [InlineData(100, 64, 300)]
    [InlineData(9, 255, 100)]
    [InlineData(9, 256, 100)]
    [InlineData(5, 700, 40)]
    public void Rows_agree_with_a_naive_loop_to_the_bit_on_any_number_of_threads(int rows, int inner, int count)
    {
        float[] table = Normal(rows * inner, 1);
        float[] dOutput = Normal(count * inner, 2);
        int[] indices = Indices(count, rows, 3);
        var expected = new float[count * inner];
        var expectedTable = new float[rows * inner];
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < inner; i++)
            {
                expected[(j * inner) + i] = table[(indices[j] * inner) + i];
                expectedTable[(indices[j] * inner) + i] += dOutput[(j * inner) + i];
            }
        }

        for (int threads = 1; threads <= 4; threads++)
        {
            using var pool = new WorkerPool(threads);
            float[] output = new float[expected.Length], dTable = Normal(rows * inner, 4);
            fixed (float* pt = table, po = output, pd = dOutput, pdt = dTable)
            fixed (int* pi = indices)
            {
                Indexing.GatherRows(pool, pt, rows, inner, pi, count, po);
                Indexing.ScatterAddRows(pool, pd, pi, count, pdt, rows, inner);
            }

            Assert.Equal(expected, output);
            Assert.Equal(expectedTable, dTable);
        }
    }

    [Fact]
    public void Rows_that_are_read_and_written_back_elsewhere_are_those_rows()
    {
        const int Rows = 3000, Inner = 7;
        float[] table = Normal(Rows * Inner, 1), target = Normal(Rows * Inner, 2), expected = [.. target], read = new float[1000 * Inner];
        int[] indices = [.. Enumerable.Range(0, 1000).Select(j => (j * 7 + 3) % Rows)];
        foreach (int row in indices)
            table.AsSpan(row * Inner, Inner).CopyTo(expected.AsSpan(row * Inner, Inner));
        using var pool = new WorkerPool(3);
        fixed (float* pt = table, pr = read, pw = target)
        fixed (int* pi = indices)
        {
            Indexing.GatherRows(pool, pt, Rows, Inner, pi, indices.Length, pr);
            Indexing.ScatterRows(pool, pr, pi, indices.Length, pw, Rows, Inner);
        }

        Assert.Equal(expected, target);
    }

    [Fact]
    public void Gather_along_an_axis_and_its_scatter_agree_with_naive_loops_to_the_bit()
    {
        Samples.Check(Gen.Select(Gen.Int[1, 6], Gen.Int[1, 9], Gen.Int[1, 20], Gen.Int[0, 12], Gen.Int[1, 4], Gen.ULong), 100, drawn =>
        {
            (int outer, int length, int inner, int k, int threads, ulong seed) = drawn;
            Compare<float>(outer, length, inner, k, threads, seed);
            Compare<double>(outer, length, inner, k, threads, seed);
            Compare<Half>(outer, length, inner, k, threads, seed);
        });
    }

    [Fact]
    public void Scatter_along_large_axes_is_the_same_bits_on_any_number_of_threads()
    {
        for (int threads = 1; threads <= 4; threads++)
            Compare<float>(3, 500, 200, 700, threads, 8);
    }

    [Fact]
    public void Scatter_is_the_adjoint_of_gather()
    {
        using var pool = new WorkerPool(2);
        float[] x = Normal(4 * 30 * 5, 1), w = Normal(4 * 50 * 5, 2), y = new float[w.Length], dx = new float[x.Length];
        int[] indices = Indices(w.Length, 30, 3);
        fixed (float* px = x, pw = w, py = y, pdx = dx)
        fixed (int* pi = indices)
        {
            Indexing.GatherAlong(pool, px, pi, py, 4, 30, 5, 50);
            Indexing.ScatterAddAlong(pool, pw, pi, pdx, 4, 30, 5, 50);
        }

        double left = y.Zip(w, (a, b) => (double)a * b).Sum(), right = x.Zip(dx, (a, b) => (double)a * b).Sum();
        Assert.Equal(left, right, 1e-4);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, -1)]
    [InlineData(20, 7)]
    [InlineData(33, int.MinValue)]
    public void An_index_outside_is_named_with_its_position_and_the_length_and_nothing_is_written(int position, int index)
    {
        using var pool = new WorkerPool(2);
        var indices = new int[34];
        indices[position] = index;
        float[] table = [1, 2, 3, 4, 5], output = new float[34];
        fixed (float* pt = table, po = output)
        fixed (int* pi = indices)
        {
            float* t = pt, o = po;
            int* i = pi;
            foreach (Action read in new Action[]
            {
                () => Indexing.GatherRows(pool, t, 5, 1, i, 34, o),
                () => Indexing.ScatterAddRows(pool, t, i, 34, o, 5, 1),
                () => Indexing.ScatterRows(pool, o, i, 34, t, 5, 1),
                () => Indexing.GatherAlong(pool, t, i, o, 1, 5, 1, 34),
                () => Indexing.ScatterAddAlong(pool, t, i, o, 1, 5, 1, 34),
            })
            {
                string message = Assert.Throws<ArgumentOutOfRangeException>(read).Message;
                Assert.Contains($"Index {index} at position {position} is outside an axis of length 5.", message);
            }
        }

        Assert.All(output, v => Assert.Equal(0, v));
    }

    private static void Compare<T>(int outer, int length, int inner, int k, int threads, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var pool = new WorkerPool(threads);
        var x = new T[outer * length * inner];
        var dy = new T[outer * k * inner];
        new Philox(seed, 1).Normal(x, T.Zero, T.One);
        new Philox(seed, 2).Normal(dy, T.Zero, T.One);
        int[] indices = Indices(dy.Length, length, seed);
        T[] y = new T[dy.Length], dx = [.. x], expected = new T[dy.Length], expectedDx = new T[x.Length];
        for (int e = 0; e < dy.Length; e++)
        {
            int from = (((e / inner / k * length) + indices[e]) * inner) + (e % inner);
            expected[e] = x[from];
            expectedDx[from] += dy[e];
        }

        fixed (T* px = x, py = y, pdx = dx, pdy = dy)
        fixed (int* pi = indices)
        {
            Indexing.GatherAlong(pool, px, pi, py, outer, length, inner, k);
            Indexing.ScatterAddAlong(pool, pdy, pi, pdx, outer, length, inner, k);
            Assert.Equal(expected, y);
            Assert.Equal(expectedDx, dx);

            Indexing.ScatterAddAlong(pool, pdy, pi, pdx, outer, length, inner, k, accumulate: true);
            for (int e = 0; e < dy.Length; e++)
            {
                int from = (((e / inner / k * length) + indices[e]) * inner) + (e % inner);
                expectedDx[from] += dy[e];
            }

            Assert.Equal(expectedDx, dx);
        }
    }

    private static float[] Normal(int count, ulong seed)
    {
        var values = new float[count];
        new Philox(seed, 0).Normal(values, 0f, 1f);
        return values;
    }

    private static int[] Indices(int count, int length, ulong seed)
    {
        var words = new uint[count];
        new Philox(seed, 9).Words(words);
        return [.. words.Select(w => (int)(w % (uint)length))];
    }
}
