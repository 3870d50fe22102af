using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Tests;

public sealed unsafe class ConvolutionTests
{
    public static TheoryData<ConvolutionShape> Shapes =>
    [
        new ConvolutionShape(2, 1, 28, 28, 6, 5, 5, PaddingHeight: 2, PaddingWidth: 2),
        new ConvolutionShape(3, 6, 14, 14, 16, 5, 5),
        new ConvolutionShape(2, 3, 9, 7, 4, 3, 3, 1, 1, 1, 1),
        new ConvolutionShape(2, 4, 11, 12, 6, 3, 2, 2, 3, 1, 0),
        new ConvolutionShape(2, 4, 11, 12, 6, 3, 2, 1, 2, 1, 1),
        new ConvolutionShape(1, 4, 13, 10, 6, 3, 3, 1, 1, 2, 1, 2, 3),
        new ConvolutionShape(2, 4, 13, 10, 6, 3, 3, 2, 1, 2, 3, 2, 2, 2),
        new ConvolutionShape(3, 6, 8, 8, 6, 3, 3, 1, 1, 1, 1, 1, 1, 6),
        new ConvolutionShape(2, 6, 8, 9, 12, 3, 3, 2, 2, 1, 1, 1, 1, 6),
        new ConvolutionShape(5, 17, 6, 5, 33, 1, 1),
        new ConvolutionShape(7, 56, 5, 4, 60, 3, 3, 1, 1, 1, 1, 1, 1, 2),
        new ConvolutionShape(3, 4, 9, 9, 70, 3, 3, 2, 2),
        new ConvolutionShape(2, 3, 5, 5, 4, 2, 2, 1, 1, 4, 3),
        new ConvolutionShape(2, 2, 5, 6, 3, 5, 6),
        new ConvolutionShape(1, 1, 1, 1, 1, 1, 1),
        new ConvolutionShape(20, 3, 4, 4, 2, 3, 3, 1, 1, 1, 1),
        new ConvolutionShape(2, 32, 20, 33, 40, 3, 3, 1, 1, 1, 1),
        new ConvolutionShape(0, 2, 5, 5, 3, 3, 3),
        new ConvolutionShape(2, 2, 3, 70, 3, 2, 3, 1, 4, 0, 2),
    ];

    private readonly struct Relu : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Max(x, L.Constant(0));
    }

    private static T[] Numbers<T>(int seed, int count)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        var random = new Random(seed);
        var numbers = new T[count];
        for (int i = 0; i < count; i++)
            numbers[i] = T.CreateTruncating((2 * random.NextDouble()) - 1);
        return numbers;
    }

    private static double[] Naive(in ConvolutionShape s, double[] x, double[] w, double[] bias)
    {
        var y = new double[s.OutputLength];
        int inputs = s.InputChannels / s.Groups, outputs = s.OutputChannels / s.Groups, at = 0;
        for (int image = 0; image < s.Batch; image++)
        {
            for (int o = 0; o < s.OutputChannels; o++)
            {
                for (int oy = 0; oy < s.OutputHeight; oy++)
                {
                    for (int ox = 0; ox < s.OutputWidth; ox++)
                    {
                        double sum = bias[o];
                        for (int c = 0; c < inputs; c++)
                        {
                            for (int ky = 0; ky < s.KernelHeight; ky++)
                            {
                                for (int kx = 0; kx < s.KernelWidth; kx++)
                                {
                                    int iy = (oy * s.StrideHeight) + (ky * s.DilationHeight) - s.PaddingHeight;
                                    int ix = (ox * s.StrideWidth) + (kx * s.DilationWidth) - s.PaddingWidth;
                                    if (iy < 0 || ix < 0 || iy >= s.InputHeight || ix >= s.InputWidth)
                                        continue;
                                    int channel = (o / outputs * inputs) + c;
                                    sum += x[(((((image * s.InputChannels) + channel) * s.InputHeight) + iy) * s.InputWidth) + ix]
                                        * w[(((((o * inputs) + c) * s.KernelHeight) + ky) * s.KernelWidth) + kx];
                                }
                            }
                        }

                        y[at++] = sum;
                    }
                }
            }
        }

        return y;
    }

    private static double[] Wide<T>(T[] x)
        where T : unmanaged, System.Numerics.IFloatingPoint<T> => [.. x.Select(double.CreateTruncating)];

    private static void CheckForward<T>(in ConvolutionShape shape, double tolerance)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        shape.Validate();
        using var pool = new WorkerPool(2);
        T[] x = Numbers<T>(1, shape.InputLength), w = Numbers<T>(2, shape.WeightLength), bias = Numbers<T>(3, shape.OutputChannels);
        var y = new T[shape.OutputLength];
        double[] expected = Naive(shape, Wide(x), Wide(w), Wide(bias));
        fixed (T* px = x, pw = w, pb = bias, py = y)
            Convolution.Forward(pool, shape, px, pw, pb, py, default(Relu));
        for (int i = 0; i < y.Length; i++)
            Assert.Equal(Math.Max(0, expected[i]), double.CreateTruncating(y[i]), tolerance * (1 + Math.Abs(expected[i])));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardEqualsTheNaiveSum(ConvolutionShape shape)
    {
        CheckForward<double>(shape, 1e-13);
        CheckForward<float>(shape, 3e-5);
        CheckForward<Half>(shape, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientsAreAdjointToForward(ConvolutionShape shape)
    {
        CheckAdjoint<double>(shape, 1e-12);
        CheckAdjoint<float>(shape, 1e-4);
        CheckAdjoint<Half>(shape, 1e-2);
    }

    // ⟨conv(x, w), g⟩ = ⟨x, data gradient⟩ = ⟨w, weight gradient⟩ holds for all x, w and g only if both gradients are right.
    private static void CheckAdjoint<T>(in ConvolutionShape shape, double tolerance)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        using var pool = new WorkerPool(2);
        T[] x = Numbers<T>(1, shape.InputLength), w = Numbers<T>(2, shape.WeightLength), g = Numbers<T>(4, shape.OutputLength);
        double expected = Dot(Naive(shape, Wide(x), Wide(w), new double[shape.OutputChannels]), Wide(g));
        T[] dx = Numbers<T>(5, x.Length), dw = Numbers<T>(6, w.Length);
        T[] dx0 = [.. dx], dw0 = [.. dw];
        fixed (T* px = x, pw = w, pg = g, pdx = dx, pdw = dw)
        {
            foreach (bool accumulate in new[] { true, false })
            {
                Convolution.DataGradient(pool, shape, pg, pw, pdx, accumulate);
                Convolution.WeightGradient(pool, shape, px, pg, pdw, accumulate);
                double byData = Dot(Wide(x), Wide(dx)) - (accumulate ? Dot(Wide(x), Wide(dx0)) : 0);
                double byWeights = Dot(Wide(w), Wide(dw)) - (accumulate ? Dot(Wide(w), Wide(dw0)) : 0);
                double scale = Math.Sqrt(Dot(Wide(dx), Wide(dx)) * x.Length) + Math.Sqrt(Dot(Wide(dw), Wide(dw)) * w.Length) + 1;
                Assert.Equal(expected, byData, tolerance * scale);
                Assert.Equal(expected, byWeights, tolerance * scale);
            }
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    [Fact]
    public void BitsDoNotDependOnTheNumberOfThreads()
    {
        foreach (ConvolutionShape shape in new ConvolutionShape[] { new(7, 6, 14, 14, 16, 5, 5), new(7, 30, 5, 4, 40, 3, 3, 1, 1, 1, 1),
            new(1, 32, 40, 40, 48, 3, 3, 1, 1, 1, 1), new(3, 8, 20, 20, 8, 3, 3, 2, 2, 1, 1, 1, 1, 2) })
        {
            float[] x = Numbers<float>(1, shape.InputLength), w = Numbers<float>(2, shape.WeightLength), g = Numbers<float>(3, shape.OutputLength);
            float[]? first = null;
            for (int threads = 1; threads <= 4; threads++)
            {
                using var pool = new WorkerPool(threads);
                float[] y = new float[g.Length], dx = new float[x.Length], dw = new float[w.Length];
                fixed (float* px = x, pw = w, pg = g, py = y, pdx = dx, pdw = dw)
                {
                    Convolution.Forward(pool, shape, px, pw, null, py);
                    Convolution.DataGradient(pool, shape, pg, pw, pdx, false);
                    Convolution.WeightGradient(pool, shape, px, pg, pdw, false);
                }

                float[] all = [.. y, .. dx, .. dw];
                first ??= all;
                Assert.True(first.AsSpan().SequenceEqual(all), $"{shape}: {threads} threads give other bits than one");
            }
        }
    }

    [Fact]
    public void ShapesThatDoNotFitAreNamed()
    {
        Assert.Contains("does not fit", Assert.Throws<ArgumentException>(() => new ConvolutionShape(1, 1, 4, 4, 1, 5, 5).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("3 groups", Assert.Throws<ArgumentException>(() => new ConvolutionShape(1, 4, 4, 4, 6, 2, 2, Groups: 3).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => new ConvolutionShape(1, 4, 4, 4, 6, 2, 2, PaddingHeight: -1).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("stride is 0", Assert.Throws<ArgumentException>(() => new ConvolutionShape(1, 4, 4, 4, 6, 2, 2, 0).Validate()).Message,
            StringComparison.Ordinal);
    }
}
