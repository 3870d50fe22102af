using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Tests;

namespace ConservativeAD.Kernels.Tests;

public sealed unsafe class MatrixProductTests
{
    private static readonly int[] Sizes = [1, 2, 7, 13, 17, 33, 65, 100, 257];

    private readonly struct Relu : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Max(x, L.Constant(0));
    }

    private static T[] Numbers<T>(Random random, int count)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        var numbers = new T[count];
        for (int i = 0; i < count; i++)
            numbers[i] = T.CreateTruncating((2 * random.NextDouble()) - 1);
        return numbers;
    }

    // Relative to the sum of absolute values, because rounding errors are proportional to it.
    private static void Check<T, TMap>(WorkerPool pool, int m, int n, int k, bool transposeA, bool transposeB, bool accumulate, bool biased, int slack,
        double tolerance, TMap map, Func<double, double> f)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
        where TMap : struct, IUnaryMap
    {
        var random = new Random((m * 31) + (n * 17) + k);
        int lda = (transposeA ? m : k) + slack, ldb = (transposeB ? k : n) + slack, ldc = n + slack;
        T[] a = Numbers<T>(random, Math.Max(1, (transposeA ? k : m) * lda));
        T[] b = Numbers<T>(random, Math.Max(1, (transposeB ? n : k) * ldb));
        T[] c = Numbers<T>(random, Math.Max(1, m * ldc));
        T[] before = [.. c];
        T[] bias = Numbers<T>(random, n + 1);
        fixed (T* pa = a, pb = b, pc = c, pbias = bias)
            MatrixProduct.Run(pool, m, n, k, pa, lda, transposeA, pb, ldb, transposeB, pc, ldc, accumulate, biased ? pbias : null, map);
        double[] wideA = [.. a.Select(double.CreateTruncating)], wideB = [.. b.Select(double.CreateTruncating)];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < ldc; j++)
            {
                double actual = double.CreateTruncating(c[(i * ldc) + j]);
                if (j >= n)
                {
                    Assert.Equal(double.CreateTruncating(before[(i * ldc) + j]), actual);
                    continue;
                }

                double sum = accumulate ? double.CreateTruncating(before[(i * ldc) + j]) : 0;
                double scale = Math.Abs(sum);
                for (int p = 0; p < k; p++)
                {
                    double term = wideA[transposeA ? (p * lda) + i : (i * lda) + p] * wideB[transposeB ? (j * ldb) + p : (p * ldb) + j];
                    sum += term;
                    scale += Math.Abs(term);
                }

                if (biased)
                    sum += double.CreateTruncating(bias[j]);
                double error = Math.Abs(f(sum) - actual);
                Assert.True(error <= tolerance * (scale + 1),
                    $"{m}×{n}×{k} {transposeA} {transposeB} {accumulate}: element ({i}, {j}) is {actual}, not {f(sum)}");
            }
        }
    }

    [Fact]
    public void EqualsTheNaiveProductForEverySizeAndTransposition()
    {
        using var pool = new WorkerPool(2);
        foreach (int m in Sizes)
        {
            foreach (int n in Sizes)
            {
                // Tests every second form at every size; neighbouring sizes test the others.
                for (int form = (m + n) / 2 % 2; form < 8; form += 2)
                {
                    int k = Sizes[(m + n + form) % Sizes.Length];
                    bool ta = (form & 1) != 0, tb = (form & 2) != 0, accumulate = (form & 4) != 0;
                    Check<float, Identity>(pool, m, n, k, ta, tb, accumulate, false, form % 3, 1e-6, default, x => x);
                    Check<double, Relu>(pool, m, n, k, ta, tb, accumulate, true, form % 3, 1e-15, default, x => Math.Max(x, 0));
                    if (m * n < 3000)
                        Check<Half, Relu>(pool, m, n, k, ta, tb, accumulate, true, form % 3, 2e-3, default, x => Math.Max(x, 0));
                }
            }
        }
    }

    [Theory]
    [InlineData(130, 300, 1000)]
    [InlineData(128, 256, 784)]
    [InlineData(5, 3000, 2)]
    [InlineData(2500, 3, 5)]
    [InlineData(40, 50, 5000)]
    public void EqualsTheNaiveProductAcrossBlocks(int m, int n, int k)
    {
        using var pool = new WorkerPool(2);
        for (int form = 0; form < 8; form++)
        {
            Check<float, Relu>(pool, m, n, k, (form & 1) != 0, (form & 2) != 0, (form & 4) != 0, form > 3, 1, 2e-6, default, x => Math.Max(x, 0));
            Check<double, Identity>(pool, m, n, k, (form & 1) != 0, (form & 2) != 0, (form & 4) != 0, form > 3, 1, 2e-15, default, x => x);
            Check<Half, Identity>(pool, m, n, k, (form & 1) != 0, (form & 2) != 0, (form & 4) != 0, form > 3, 1, 1e-3, default, x => x);
        }
    }

    [Fact]
    public void EmptyExtentsGiveZeroSumsOrNothing()
    {
        using var pool = new WorkerPool(2);
        Check<float, Identity>(pool, 5, 40, 0, false, false, false, true, 0, 0, default, x => x);
        Check<float, Identity>(pool, 5, 40, 0, false, true, true, false, 0, 0, default, x => x);
        Check<Half, Identity>(pool, 5, 40, 0, false, true, true, false, 0, 0, default, x => x);
        Check<double, Identity>(pool, 0, 40, 3, true, false, false, true, 0, 0, default, x => x);
        Check<double, Identity>(pool, 40, 0, 3, true, false, false, false, 2, 0, default, x => x);
    }

    [Fact]
    public void HalfIsSummedInFloatAndRoundedOnce()
    {
        // 2048 ones and then halves: a sum in Half would lose each half; the float sum is exact.
        using var pool = new WorkerPool(1);
        const int k = 2048 + 16;
        var a = new Half[k];
        var b = new Half[k];
        Array.Fill(a, (Half)1);
        for (int i = 0; i < k; i++)
            b[i] = (Half)(i < 2048 ? 1 : 0.5);
        Half c = default;
        fixed (Half* pa = a, pb = b)
            MatrixProduct.Run(pool, 1, 1, k, pa, k, false, pb, 1, false, &c, 1, false, null, default(Identity));
        Assert.Equal((Half)2056f, c);
    }

    [Fact]
    public void BitsDoNotDependOnTheNumberOfThreads()
    {
        foreach ((int m, int n, int k) in new[] { (128, 256, 784), (300, 33, 1000), (7, 2100, 500), (513, 511, 400), (2100, 90, 40) })
        {
            for (int form = 0; form < 4; form++)
            {
                float[]? first = null;
                for (int threads = 1; threads <= 4; threads++)
                {
                    using var pool = new WorkerPool(threads);
                    var random = new Random(7);
                    float[] a = Numbers<float>(random, m * k), b = Numbers<float>(random, k * n), bias = Numbers<float>(random, n);
                    var c = new float[m * n];
                    bool ta = (form & 1) != 0, tb = (form & 2) != 0;
                    fixed (float* pa = a, pb = b, pc = c, pbias = bias)
                        MatrixProduct.Run(pool, m, n, k, pa, ta ? m : k, ta, pb, tb ? k : n, tb, pc, n, true, pbias, default(Relu));
                    first ??= c;
                    Assert.True(first.AsSpan().SequenceEqual(c), $"{m}×{n}×{k}, form {form}: {threads} threads give other bits than one");
                }
            }
        }
    }

    [Theory]
    [InlineData(32, 16, 16)]
    [InlineData(9, 11, 20)]
    [InlineData(12, 3, 17)]
    [InlineData(33, 1, 16)]
    [InlineData(8, 24, 100)]
    [InlineData(1, 40, 5)]
    public void SmallProductsHaveTheBitsOfLargeOnes(int m, int n, int k)
    {
        using var pool = new WorkerPool(1);
        var random = new Random(4);
        float[] a = Numbers<float>(random, m * k), b = Numbers<float>(random, n * k), bias = Numbers<float>(random, n), start = Numbers<float>(random, m * n);
        foreach ((bool ta, bool tb, bool accumulate, bool biased) in from form in Enumerable.Range(0, 16)
                                                                     select ((form & 1) != 0, (form & 2) != 0,
            (form & 4) != 0, (form & 8) != 0))
        {
            float[] c = [.. start];
            fixed (float* pa = a, pb = b, pc = c, pbias = bias)
            {
                MatrixProduct.Run(pool, m, n, k, pa, ta ? m : k, ta, pb, tb ? k : n, tb, pc, n, accumulate, biased ? pbias : null, default(Identity));
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        float alone = start[(i * n) + j];
                        MatrixProduct.Run(pool, 1, 1, k, ta ? pa + i : pa + (i * k), ta ? m : k, ta, tb ? pb + (j * k) : pb + j, tb
                            ? k
                            : n, tb, &alone, 1, accumulate, biased ? pbias + j : null, default(Identity));
                        Assert.Equal(alone, c[(i * n) + j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void BitsOfAnElementDoNotDependOnWhereItStands()
    {
        // The same row and column computed alone, at an edge, and inside a large product.
        using var pool = new WorkerPool(2);
        const int k = 900;
        var random = new Random(3);
        float[] a = Numbers<float>(random, 100 * k), b = Numbers<float>(random, 70 * k);
        var c = new float[100 * 70];
        fixed (float* pa = a, pb = b, pc = c)
        {
            MatrixProduct.Run(pool, 100, 70, k, pa, k, false, pb, k, true, pc, 70, false, null, default(Identity));
            for (int i = 0; i < 100; i += 9)
            {
                for (int j = 0; j < 70; j += 7)
                {
                    float alone;
                    MatrixProduct.Run(pool, 1, 1, k, pa + (i * k), k, false, pb + (j * k), k, true, &alone, 1, false, null, default(Identity));
                    Assert.Equal(alone, c[(i * 70) + j]);
                }
            }
        }
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(16384)]
    [InlineData(100_003)]
    public void ALongInnerProductIsTheSameBitsOnAnyNumberOfThreads(int k)
    {
        var random = new Random(4);
        double[] a = Numbers<double>(random, k), b = Numbers<double>(random, k);
        double exact = a.Zip(b, (x, y) => x * y).Sum();
        double? first = null;
        for (int threads = 1; threads <= 3; threads++)
        {
            using var pool = new WorkerPool(threads);
            foreach (bool transposed in (bool[])[false, true])
            {
                double c = 5;
                fixed (double* pa = a, pb = b)
                    MatrixProduct.Run(pool, 1, 1, k, pa, transposed ? 1 : k, transposed, pb, transposed
                        ? k
                        : 1, transposed, &c, 1, true, null, default(Identity));
                Assert.Equal(exact + 5, c, 1e-10);
                Assert.Equal(first ??= c, c);
            }
        }
    }

    [Fact]
    public void ABatchIsItsProductsOneByOne()
    {
        using var pool = new WorkerPool(3);
        const int batch = 37, m = 30, n = 21, k = 19;
        var random = new Random(5);
        double[] a = Numbers<double>(random, batch * m * k), b = Numbers<double>(random, k * n);
        var c = new double[batch * m * n];
        var one = new double[m * n];
        fixed (double* pa = a, pb = b, pc = c, pone = one)
        {
            MatrixProduct.Batched(pool, batch, m, n, k, pa, k, m * k, false, pb, n, 0, false, pc, n, m * n, false, null, default(Relu));
            for (int i = 0; i < batch; i++)
            {
                MatrixProduct.Run(pool, m, n, k, pa + (i * m * k), k, false, pb, n, false, pone, n, false, null, default(Relu));
                Assert.True(one.AsSpan().SequenceEqual(c.AsSpan(i * m * n, m * n)));
            }
        }
    }

    [Fact]
    public void TheSteadyStateAllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var a = new float[256 * 256];
        var c = new float[256 * 256];
        fixed (float* pa = a, pc = c)
        {
            (nint factor, nint product) = ((nint)pa, (nint)pc);
            Assert.Equal(0, Allocations.Least(() =>
                MatrixProduct.Run(pool, 256, 256, 256, (float*)factor, 256, false, (float*)factor, 256, true, (float*)product, 256, false, null,
                    default(Relu))));
        }
    }
}
