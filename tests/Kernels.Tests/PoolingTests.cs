using System.Numerics;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Kernels.Tests;

public sealed unsafe class PoolingTests
{
    public static TheoryData<PoolingShape> Shapes =>
    [
        new PoolingShape(2, 3, 4, 4, 2, 2, 2, 2),
        new PoolingShape(1, 2, 5, 37, 2, 2, 2, 2),
        new PoolingShape(2, 2, 8, 32, 2, 2, 2, 2),
        new PoolingShape(1, 3, 7, 9, 3, 3, 1, 1),
        new PoolingShape(2, 1, 7, 9, 3, 3, 2, 2, 1, 1),
        new PoolingShape(1, 2, 6, 11, 2, 5, 3, 1, 1, 4),
        new PoolingShape(1, 1, 3, 3, 3, 3, 1, 1),
        new PoolingShape(1, 1, 1, 1, 3, 3, 2, 2, 1, 1),
        new PoolingShape(0, 4, 4, 4, 2, 2, 2, 2),
        new PoolingShape(1, 2, 6, 20, 1, 1, 2, 3),
        new PoolingShape(1, 2, 6, 30, 3, 3, 2, 2, 1, 1),
        new PoolingShape(2, 2, 5, 21, 3, 3, 1, 1, 1, 1),
        new PoolingShape(1, 1, 4, 40, 2, 5, 3, 1, 1, 4),
        new PoolingShape(1, 2, 4, 33, 2, 7, 1, 2, 0, 6),
        new PoolingShape(1, 1, 9, 33, 3, 3, 3, 3),
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Max_pooling_agrees_with_a_naive_scan(PoolingShape shape)
    {
        Compare<float>();
        Compare<double>();
        Compare<Half>();

        void Compare<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using var pool = new WorkerPool(2);
            T[] x = Sample<T>(shape.InputLength, 1);
            T[] tangent = Sample<T>(shape.InputLength, 2, special: false);
            T[] dy = Sample<T>(shape.OutputLength, 3, special: false);
            foreach (TieOrder ties in new[] { TieOrder.First, TieOrder.Last })
            {
                (T[] y, int[] positions) = Forward(pool, shape, x, ties);
                T[] dx = Pullback(pool, shape, dy, positions);
                var dxEven = new T[x.Length];
                var tangentOut = new T[y.Length];
                var counts = new int[y.Length];
                fixed (T* px = x, py = y, pdy = dy, pe = dxEven, pt = tangent, pto = tangentOut)
                fixed (int* pp = positions, pc = counts)
                {
                    MaxPooling.CountTies(pool, shape, px, py, pc);
                    MaxPooling.EvenPullback(pool, shape, px, py, pdy, pe);
                    MaxPooling.Tangent(pool, shape, pt, pp, pto);
                }

                var expectedDx = new T[x.Length];
                var expectedEven = new T[x.Length];
                for (int o = 0; o < y.Length; o++)
                {
                    int[] window = Window(shape, o);
                    T largest = window.Any(i => T.IsNaN(x[i])) ? T.NaN : window.Select(i => x[i]).Max();
                    int[] tied = [.. window.Where(i => x[i] == largest || (T.IsNaN(x[i]) && T.IsNaN(largest)))];
                    int taken = ties == TieOrder.First ? tied[0] : tied[^1];
                    Assert.Equal(taken, positions[o]);
                    Assert.Equal(x[taken], y[o]);
                    Assert.Equal(T.IsNegative(x[taken]), T.IsNegative(y[o]));
                    Assert.Equal(T.IsNaN(largest) ? 1 : tied.Length, counts[o]);
                    Assert.Equal(tangent[taken], tangentOut[o]);
                    expectedDx[taken] += dy[o];
                    foreach (int i in tied)
                        expectedEven[i] += T.CreateTruncating(double.CreateTruncating(dy[o]) / tied.Length);
                }

                Assert.Equal(expectedDx, dx);
                Assert.Equal(expectedEven, dxEven);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Average_pooling_agrees_with_a_naive_mean_and_its_pullback_is_the_adjoint(PoolingShape shape)
    {
        Compare<float>(1e-5);
        Compare<double>(1e-13);
        Compare<Half>(1e-2);

        void Compare<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using var pool = new WorkerPool(2);
            T[] x = Sample<T>(shape.InputLength, 4, special: false);
            T[] dy = Sample<T>(shape.OutputLength, 5, special: false);
            foreach (bool countPadding in new[] { true, false })
            {
                var y = new T[dy.Length];
                var dx = new T[x.Length];
                fixed (T* px = x, py = y, pdx = dx, pdy = dy)
                {
                    AveragePooling.Forward(pool, shape, px, py, countPadding);
                    AveragePooling.Pullback(pool, shape, pdy, pdx, countPadding);
                }

                var expectedDx = new double[x.Length];
                for (int o = 0; o < y.Length; o++)
                {
                    int[] window = Window(shape, o);
                    double divisor = countPadding ? shape.Height.Kernel * shape.Width.Kernel : window.Length;
                    Assert.Equal(window.Sum(i => double.CreateTruncating(x[i])) / divisor, double.CreateTruncating(y[o]), tolerance * 20);
                    foreach (int i in window)
                        expectedDx[i] += double.CreateTruncating(dy[o]) / divisor;
                }

                for (int i = 0; i < dx.Length; i++)
                    Assert.Equal(expectedDx[i], double.CreateTruncating(dx[i]), tolerance * 20);
            }
        }
    }

    [Fact]
    public void Overlapping_windows_add_their_cotangents_at_a_shared_maximum()
    {
        using var pool = new WorkerPool(1);
        var shape = new PoolingShape(1, 1, 1, 3, 1, 2, 1, 1);
        (float[] y, int[] positions) = Forward(pool, shape, [1f, 5f, 2f], TieOrder.First);
        Assert.Equal([5f, 5f], y);
        Assert.Equal([0f, 13f, 0f], Pullback(pool, shape, [10f, 3f], positions));
    }

    [Fact]
    public void A_tied_window_gives_its_cotangent_to_the_first_the_last_or_all()
    {
        using var pool = new WorkerPool(1);
        var shape = new PoolingShape(1, 1, 2, 2, 2, 2, 2, 2);
        float[] x = [-0f, 0f, 0f, -1f], dy = [6f], dx = new float[4];
        (float[] y, int[] first) = Forward(pool, shape, x, TieOrder.First);
        (_, int[] last) = Forward(pool, shape, x, TieOrder.Last);
        Assert.Equal([6f, 0f, 0f, 0f], Pullback(pool, shape, dy, first));
        Assert.Equal([0f, 0f, 6f, 0f], Pullback(pool, shape, dy, last));
        fixed (float* px = x, py = y, pdy = dy, pdx = dx)
        {
            MaxPooling.EvenPullback(pool, shape, px, py, pdy, pdx);
            Assert.Equal([2f, 2f, 2f, 0f], dx);
            MaxPooling.EvenPullback(pool, shape, px, py, pdy, pdx, accumulate: true);
            Assert.Equal([4f, 4f, 4f, 0f], dx);
        }
    }

    [Fact]
    public void Pooling_is_the_same_bits_on_any_number_of_threads()
    {
        var shape = new PoolingShape(3, 5, 17, 19, 3, 3, 2, 1, 1, 1);
        float[] x = Sample<float>(shape.InputLength, 6);
        float[] dy = Sample<float>(shape.OutputLength, 7, special: false);
        float[]? expected = null;
        for (int threads = 1; threads <= 4; threads++)
        {
            using var pool = new WorkerPool(threads);
            (float[] y, int[] positions) = Forward(pool, shape, x, TieOrder.First);
            float[] average = new float[y.Length], dx = new float[x.Length];
            fixed (float* px = x, py = average, pdy = dy, pdx = dx)
            {
                AveragePooling.Forward(pool, shape, px, py);
                AveragePooling.Pullback(pool, shape, pdy, pdx);
            }

            float[] all = [.. y, .. Pullback(pool, shape, dy, positions), .. average, .. dx];
            expected ??= all;
            Assert.Equal(expected, all);
        }
    }

    [Fact]
    public void Large_windows_of_Half_keep_their_share()
    {
        using var pool = new WorkerPool(1);
        var shape = new PoolingShape(1, 1, 256, 256, 256, 256, 1, 1);
        Half[] x = [.. Enumerable.Repeat((Half)2, 65536)], y = new Half[1], dx = new Half[65536];
        fixed (Half* px = x, py = y, pdx = dx)
        {
            AveragePooling.Forward(pool, shape, px, py);
            AveragePooling.Pullback(pool, shape, py, pdx);
        }

        Assert.Equal((Half)2, y[0]);
        Assert.All(dx, v => Assert.Equal((Half)(2 / 65536.0), v));
    }

    [Theory]
    [InlineData(-1, 1, 4, 4, 2, 2, 2, 2, 0, 0, "[-1, 1, 4, 4]")]
    [InlineData(1, 1, 0, 4, 2, 2, 2, 2, 0, 0, "[1, 1, 0, 4]")]
    [InlineData(1, 1, 4, 4, 0, 2, 2, 2, 0, 0, "0 × 2")]
    [InlineData(1, 1, 4, 4, 2, 2, 0, 2, 0, 0, "stride 0 × 2")]
    [InlineData(1, 1, 4, 4, 2, 2, 2, 2, 2, 0, "padding is 2 × 0")]
    [InlineData(1, 1, 4, 4, 2, 2, 2, 2, 0, -1, "padding is 0 × -1")]
    [InlineData(1, 1, 4, 4, 5, 2, 2, 2, 0, 0, "5 × 2 does not fit into an input of 4 × 4")]
    [InlineData(70000, 70000, 4, 4, 2, 2, 2, 2, 0, 0, "70000, 70000")]
    [InlineData(1, 1, int.MaxValue, 1, 2, 1, 1, 1, 1, 0, "too large")]
    public void Impossible_sizes_are_refused_by_name(int n, int c, int h, int w, int kh, int kw, int sh, int sw, int ph, int pw, string named)
    {
        var shape = new PoolingShape(n, c, h, w, kh, kw, sh, sw, ph, pw);
        Assert.Contains(named, Assert.Throws<ArgumentException>(shape.Validate).Message);
        Assert.Contains($"[{n}, {c}, {h}, {w}]", shape.ToString());
    }

    private static (T[] Y, int[] Positions) Forward<T>(WorkerPool pool, PoolingShape shape, T[] x, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var y = new T[shape.OutputLength];
        var positions = new int[y.Length];
        fixed (T* px = x, py = y)
        fixed (int* pp = positions)
            MaxPooling.Forward(pool, shape, px, py, pp, ties);
        return (y, positions);
    }

    private static T[] Pullback<T>(WorkerPool pool, PoolingShape shape, T[] dy, int[] positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The previous content must not influence the result.
        var dx = new T[shape.InputLength];
        Array.Fill(dx, T.One);
        fixed (T* pdx = dx, pdy = dy)
        fixed (int* pp = positions)
            MaxPooling.Pullback(pool, shape, pdy, pp, pdx);
        return dx;
    }

    private static int[] Window(PoolingShape s, int output)
    {
        int column = output % s.Width.Output, row = output / s.Width.Output % s.Height.Output, plane = output / s.Width.Output / s.Height.Output;
        return [.. from h in Enumerable.Range((row * s.Height.Stride) - s.Height.Padding, s.Height.Kernel)
                   from w in Enumerable.Range((column * s.Width.Stride) - s.Width.Padding, s.Width.Kernel)
                   where h >= 0 && h < s.Height.Input && w >= 0 && w < s.Width.Input
                   select (((plane * s.Height.Input) + h) * s.Width.Input) + w];
    }

    // Few distinct values, so that ties are frequent, with zeros of both signs and some NaN.
    private static T[] Sample<T>(int count, ulong seed, bool special = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var words = new uint[count];
        new Philox(seed, 7).Words(words);
        return [.. words.Select(w => special && w % 29 == 0 ? T.NaN
            : special && w % 5 == 0 ? T.NegativeZero
            : T.CreateTruncating((int)(w >> 16) % 9) - T.CreateTruncating(4))];
    }
}
