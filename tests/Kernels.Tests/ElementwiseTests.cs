using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Tests;

public class ElementwiseTests
{
    private readonly struct Plus : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x + y;
    }

    private readonly struct ErrorFunction : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => Lane.Erf(x);
    }

    private readonly struct ExpM1 : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => Lane.ExpM1(x);
    }

    private readonly struct LogP1 : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => Lane.LogP1(x);
    }

    [Fact]
    public void BroadcastSumEqualsTheLoop()
    {
        using Device device = Device.Cpu(2);
        double[] a = Enumerable.Range(0, 2 * 3 * 5).Select(i => (double)i).ToArray();
        double[] b = [10, 20, 30];
        NDArray<double> x = device.Array<double>([2, 3, 5], a);
        NDArray<double> y = device.Array<double>([3, 1], b);
        NDArray<double> z = device.Allocate<double>([2, 3, 5]);
        device.Map2(default(Plus), x, y, z);
        double[] got = z.ToArray();
        for (int i = 0; i < got.Length; i++)
            Assert.Equal(a[i] + b[i / 5 % 3], got[i]);
        NDArray<double> t = device.Allocate<double>([5, 3, 2]);
        device.Copy(x.Transpose(0, 2), t);
        Assert.Equal(x.Transpose(0, 2).ToArray(), t.ToArray());
        Assert.Equal(a[(1 * 15) + (2 * 5) + 4], t.ToArray()[(4 * 6) + (2 * 2) + 1]);
    }

    [Theory]
    [InlineData(new[] { 7, 11, 13 }, new[] { 7, 1, 13 })]
    [InlineData(new[] { 7, 11, 13 }, new[] { 1, 11, 1 })]
    [InlineData(new[] { 7, 11, 13 }, new[] { 7, 11, 1 })]
    [InlineData(new[] { 7, 11, 13 }, new[] { 1, 1, 13 })]
    [InlineData(new[] { 7, 11, 13 }, new int[0])]
    [InlineData(new[] { 300, 700 }, new[] { 700 })]
    [InlineData(new[] { 300, 700 }, new[] { 300, 1 })]
    [InlineData(new[] { 100000 }, new int[0])]
    [InlineData(new[] { 4, 0 }, new[] { 4, 1 })]
    public void ReductionsEqualTheLoopForAnyNumberOfThreads(int[] from, int[] to)
    {
        Random random = new(1);
        Shape shape = new(from), target = new(to);
        double[] values = Enumerable.Range(0, shape.Count).Select(_ => random.NextDouble() - 0.5).ToArray();
        double[] expected = new double[target.Count];
        int lead = shape.Rank - target.Rank;
        for (int i = 0; i < shape.Count; i++)
        {
            int rest = i, index = 0, scale = 1;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                (rest, int position) = Math.DivRem(rest, shape[axis]);
                if (axis >= lead && target[axis - lead] != 1)
                {
                    index += position * scale;
                    scale *= target[axis - lead];
                }
            }

            expected[index] += values[i];
        }

        float[]? first = null;
        for (int threads = 1; threads <= 4; threads++)
        {
            using Device device = Device.Cpu(threads);
            NDArray<double> sum = device.Allocate<double>(target);
            device.Reduce(default(Sum), device.Array<double>(shape, values), sum);
            double[] got = sum.ToArray();
            for (int i = 0; i < got.Length; i++)
                Assert.Equal(expected[i], got[i], 1e-10);
            NDArray<float> single = device.Allocate<float>(target);
            device.Reduce(default(Sum), device.Array<float>(shape, values.Select(v => (float)v).ToArray()), single);
            first ??= single.ToArray();
            Assert.Equal(first, single.ToArray());
        }
    }

    [Fact]
    public void SpecialFunctionsAreAccurate()
    {
        using Device device = Device.Cpu(1);
        (double X, double Erf, double Expm1, double Log1p)[] table =
        [
            (1e-10, 1.1283791670955126e-10, 1.00000000005e-10, 9.9999999995e-11),
            (0.3, 0.32862675945912745, 0.34985880757600310, 0.26236426446749106),
            (1.0, 0.84270079294971489, 1.7182818284590452, 0.69314718055994531),
            (2.5, 0.99959304798255499, 11.182493960703473, 1.2527629684953681),
            (4.5, 0.99999999980338396, 89.017131300521811, 1.7047480922384253),
            (-0.7, -0.67780119383741844, -0.50341469620859047, -1.2039728043259361),
        ];
        NDArray<double> x = device.Array<double>([table.Length], table.Select(r => r.X).ToArray());
        NDArray<double> y = device.Allocate<double>([table.Length]);
        device.Map(default(ErrorFunction), x, y);
        AssertClose(table.Select(r => r.Erf), y);
        device.Map(default(ExpM1), x, y);
        AssertClose(table.Select(r => r.Expm1), y);
        device.Map(default(LogP1), x, y);
        AssertClose(table.Select(r => r.Log1p), y);

        static void AssertClose(IEnumerable<double> expected, NDArray<double> got)
        {
            foreach ((double e, double g) in expected.Zip(got.ToArray()))
                Assert.True(Math.Abs(e - g) <= 4e-15 * Math.Abs(e), $"expected {e:R}, got {g:R}");
        }
    }

    [Fact]
    public void ErfIsSaturatedAndPassesNaN()
    {
        using Device device = Device.Cpu(1);
        NDArray<float> x = device.Array<float>([5], [float.PositiveInfinity, float.NegativeInfinity, 30, -30, float.NaN]);
        NDArray<float> y = device.Allocate<float>([5]);
        device.Map(default(ErrorFunction), x, y);
        Assert.Equal([1, -1, 1, -1, float.NaN], y.ToArray());
    }

    [Fact]
    public void WholeNumbersAreRefusedWhereKernelsComputeWithNumbers()
    {
        NDArray<int> indices = Device.Default.Array<int>([3], [1, 2, 3]), copy = Device.Default.Allocate<int>([3]);
        Assert.Contains("Int32", Assert.Throws<NotSupportedException>(() => Device.Default.Copy(indices, copy)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => Device.Default.Reduce(default(ConservativeAD.Kernels.Reductions.Largest), indices, copy.Slice(0, 0, 1)));
        Device.Default.CopyIndices(indices, copy);
        Assert.Equal([1, 2, 3], copy.ToArray());
    }
}
