using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Tests;

namespace ConservativeAD.Kernels.Tests;

public sealed unsafe class WinogradTests
{
    // Relative to the largest magnitude of the result, or of what goes in, which is 1.
    private const double Tolerance = 5e-6;

    public static TheoryData<ConvolutionShape> Shapes
    {
        get
        {
            var shapes = new TheoryData<ConvolutionShape>
            {
                Of(1, 1, 1, 1, 1, 1),
                Of(1, 3, 1, 1, 5, 2),
                Of(1, 1, 3, 3, 1, 0),
                Of(5, 2, 2, 3, 3, 1),
                Of(2, 64, 32, 32, 64, 1),
                Of(1, 33, 5, 300, 4, 1),
                Of(3, 40, 14, 14, 70, 1),
                Of(0, 16, 8, 8, 16, 1),
                Of(2, 16, 8, 8, 16, 4),
                new ConvolutionShape(2, 5, 9, 6, 6, 3, 3, PaddingHeight: 0, PaddingWidth: 2),
            };
            foreach (int padding in new[] { 0, 1, 2 })
            {
                foreach ((int inputs, int outputs) in new[] { (3, 20), (16, 16), (17, 47), (50, 13) })
                {
                    shapes.Add(Of(1, inputs, 7, 9, outputs, padding));
                    shapes.Add(Of(4, inputs, 9, 7, outputs, padding));
                }
            }

            return shapes;
        }
    }

    private readonly struct Relu : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Max(x, L.Constant(0));
    }

    private static ConvolutionShape Of(int batch, int inputs, int height, int width, int outputs, int padding) =>
        new(batch, inputs, height, width, outputs, 3, 3, PaddingHeight: padding, PaddingWidth: padding);

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
            numbers[i] = (float)((2 * random.NextDouble()) - 1);
        return numbers;
    }

    private static double[] Wide(float[] x) => System.Array.ConvertAll(x, v => (double)v);

    private static void CheckClose(double[] expected, float[] actual, string what)
    {
        double scale = 1, error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs(expected[i]));
            error = Math.Max(error, Math.Abs(expected[i] - actual[i]));
            Assert.False(float.IsNaN(actual[i]), $"{what}: element {i} is NaN");
        }

        Assert.True(error <= Tolerance * scale, $"{what}: the largest error is {error} and the largest magnitude {scale}");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardEqualsTheSumsOfProducts(ConvolutionShape shape)
    {
        shape.Validate();
        using var pool = new WorkerPool(2);
        float[] x = Numbers(1, shape.InputLength), w = Numbers(2, shape.WeightLength), bias = Numbers(3, shape.OutputChannels);
        double[] wideX = Wide(x), wideW = Wide(w), wideBias = Wide(bias);
        foreach (bool biased in new[] { false, true })
        {
            foreach (bool rectified in new[] { false, true })
            {
                float[] y = Numbers(4, shape.OutputLength);
                var expected = new double[y.Length];
                fixed (float* px = x, pw = w, pb = bias, py = y)
                fixed (double* dx = wideX, dw = wideW, db = wideBias, dy = expected)
                {
                    if (rectified)
                    {
                        Convolution.Forward(pool, shape, px, pw, biased ? pb : null, py, default(Relu), ConvolutionMethod.Winograd);
                        Convolution.Forward(pool, shape, dx, dw, biased ? db : null, dy, default(Relu), ConvolutionMethod.Products);
                    }
                    else
                    {
                        Convolution.Forward(pool, shape, px, pw, biased ? pb : null, py, ConvolutionMethod.Winograd);
                        Convolution.Forward(pool, shape, dx, dw, biased ? db : null, dy, ConvolutionMethod.Products);
                    }
                }

                CheckClose(expected, y, $"{shape}, {(biased ? "with" : "without")} bias");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientsEqualTheSumsOfProducts(ConvolutionShape shape)
    {
        using var pool = new WorkerPool(2);
        float[] x = Numbers(1, shape.InputLength), w = Numbers(2, shape.WeightLength), g = Numbers(3, shape.OutputLength);
        double[] wideX = Wide(x), wideW = Wide(w), wideG = Wide(g);
        foreach (bool accumulate in new[] { false, true })
        {
            float[] byData = Numbers(5, x.Length), byWeights = Numbers(6, w.Length);
            double[] expectedByData = Wide(byData), expectedByWeights = Wide(byWeights);
            fixed (float* px = x, pw = w, pg = g, pd = byData, pv = byWeights)
            fixed (double* dx = wideX, dw = wideW, dg = wideG, dd = expectedByData, dv = expectedByWeights)
            {
                Convolution.DataGradient(pool, shape, pg, pw, pd, accumulate, ConvolutionMethod.Winograd);
                Convolution.WeightGradient(pool, shape, px, pg, pv, accumulate, ConvolutionMethod.Winograd);
                Convolution.DataGradient(pool, shape, dg, dw, dd, accumulate, ConvolutionMethod.Products);
                Convolution.WeightGradient(pool, shape, dx, dg, dv, accumulate, ConvolutionMethod.Products);
            }

            CheckClose(expectedByData, byData, $"data gradient, {shape}");
            CheckClose(expectedByWeights, byWeights, $"weight gradient, {shape}");
        }
    }

    [Fact]
    public void BitsDoNotDependOnTheNumberOfThreads()
    {
        foreach (ConvolutionShape shape in new[] { Of(3, 17, 13, 10, 20, 1), Of(16, 32, 16, 16, 48, 1), Of(1, 16, 40, 250, 16, 0) })
        {
            float[]? first = null;
            for (int threads = 1; threads <= 4; threads++)
            {
                using var pool = new WorkerPool(threads);
                float[] results = Results(pool, shape, ConvolutionMethod.Winograd);
                first ??= results;
                Assert.True(first.AsSpan().SequenceEqual(results), $"{shape}: {threads} threads give other bits than one");
            }
        }
    }

    [Fact]
    public void NothingIsAllocatedOnTheManagedHeap()
    {
        ConvolutionShape shape = Of(4, 32, 16, 16, 32, 1);
        float[] x = Numbers(1, shape.InputLength), w = Numbers(2, shape.WeightLength), y = new float[shape.OutputLength], dx = new float[x.Length],
            dw = new float[w.Length];
        using var pool = new WorkerPool(2);
        fixed (float* px = x, pw = w, py = y, pdx = dx, pdw = dw)
        {
            (nint input, nint weights, nint output, nint dataGradient, nint weightGradient) = ((nint)px, (nint)pw, (nint)py, (nint)pdx, (nint)pdw);
            Assert.Equal(0, Allocations.Least(() =>
            {
                Convolution.Forward(pool, shape, (float*)input, (float*)weights, null, (float*)output, ConvolutionMethod.Winograd);
                Convolution.DataGradient(pool, shape, (float*)output, (float*)weights, (float*)dataGradient, true, ConvolutionMethod.Winograd);
                Convolution.WeightGradient(pool, shape, (float*)input, (float*)output, (float*)weightGradient, true, ConvolutionMethod.Winograd);
            }));
        }
    }

    [Fact]
    public void TheDeviceSaysHowItIsComputed()
    {
        ConvolutionShape shape = Of(4, 64, 16, 16, 64, 1);
        using var pool = new WorkerPool(1);
        Assert.True(Results(pool, shape, ConvolutionMethod.Automatic).AsSpan().SequenceEqual(Results(pool, shape, ConvolutionMethod.Winograd)));
        Assert.False(Results(pool, shape, ConvolutionMethod.Automatic).AsSpan().SequenceEqual(Results(pool, shape, ConvolutionMethod.Products)));

        using var device = Device.Cpu(1);
        Assert.Equal(ConvolutionMethod.Automatic, device.ConvolutionMethod);
        foreach (ConvolutionMethod method in Enum.GetValues<ConvolutionMethod>())
        {
            device.ConvolutionMethod = method;
            NDArray<float> x = device.Array<float>(Shape.Of(4, 64, 16, 16), Numbers(1, shape.InputLength)),
                w = device.Array<float>(Shape.Of(64, 64, 3, 3), Numbers(2, shape.WeightLength));
            NDArray<float> y = device.Allocate<float>(Shape.Of(4, 64, 16, 16));
            device.Convolution<float>(shape, x, w, default, y);
            var elements = new float[y.Count];
            device.CopyToHost(y, elements.AsSpan());
            Assert.True(Results(pool, shape, method).AsSpan(0, elements.Length).SequenceEqual(elements), $"{method} is not what is done");
        }
    }

    [Fact]
    public void OtherKernelsAndTypesAreSumsOfProducts()
    {
        using var pool = new WorkerPool(1);
        foreach (ConvolutionShape shape in new ConvolutionShape[] { new(4, 32, 16, 16, 32, 5, 5), new(4, 32, 16, 16, 32, 3, 3, 2, 1),
            new(4, 32, 16, 16, 32, 3, 3, DilationWidth: 2), new(4, 32, 16, 16, 32, 3, 3, Groups: 2) })
            Assert.True(Results(pool, shape, ConvolutionMethod.Winograd).AsSpan().SequenceEqual(Results(pool, shape, ConvolutionMethod.Products)), $"{shape}");
    }

    // Output, data gradient and weight gradient.
    private static float[] Results(WorkerPool pool, ConvolutionShape shape, ConvolutionMethod method)
    {
        float[] x = Numbers(1, shape.InputLength), w = Numbers(2, shape.WeightLength), g = Numbers(3, shape.OutputLength);
        float[] y = new float[g.Length], dx = new float[x.Length], dw = new float[w.Length];
        fixed (float* px = x, pw = w, pg = g, py = y, pdx = dx, pdw = dw)
        {
            Convolution.Forward(pool, shape, px, pw, null, py, method);
            Convolution.DataGradient(pool, shape, pg, pw, pdx, false, method);
            Convolution.WeightGradient(pool, shape, px, pg, pdw, false, method);
        }

        return [.. y, .. dx, .. dw];
    }
}
