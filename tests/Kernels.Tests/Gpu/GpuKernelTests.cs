using System.Numerics;
using System.Reflection;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Ilgpu;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Tests;

namespace ConservativeAD.Kernels.Tests.Gpu;

/// <summary>
/// Kernels at sizes at which a GPU divides its work, which the table of operations does not reach, compared with the CPU: on the simulated GPU, or on the one
/// that CONSERVATIVEAD_GPU names.
/// </summary>
[Collection(TestGpu.Collection)]
public sealed class GpuKernelTests : IDisposable
{
    private static readonly HashSet<MethodInfo> Compiled = [];

    private readonly Device gpu = TestGpu.Shared;

    public void Dispose()
    {
        if (TestGpu.Name is not null)
            return;
        // Every kernel that ran here must also compile for CUDA.
        using PtxCompiler compiler = new();
        foreach (MethodInfo kernel in ((GpuDevice)gpu).Kernels.Methods)
        {
            if (Compiled.Add(kernel))
                Assert.DoesNotContain(".extern", compiler.Compile(kernel), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(5, 7, 300)]
    [InlineData(33, 18, 65)]
    [InlineData(17, 40, 1)]
    public void MatrixProductsAgree(int rows, int columns, int inner)
    {
        float[] a = Values<float>(rows * inner, 1), b = Values<float>(inner * columns, 2), bias = Values<float>(columns, 3),
            held = Values<float>(rows * columns, 4);
        foreach (bool turned in (bool[])[false, true])
        {
            float[] Run(Device device)
            {
                NDArray<float> left = turned ? device.Array<float>([inner, rows], a).Transpose(0, 1) : device.Array<float>([rows, inner], a);
                NDArray<float> right = turned ? device.Array<float>([columns, inner], b).Transpose(0, 1) : device.Array<float>([inner, columns], b);
                NDArray<float> result = device.Array<float>([rows, columns], held);
                device.MatrixProduct(left, right, result, true, device.Array<float>([columns], bias));
                return result.ToArray();
            }

            AssertClose(Run(Device.Default), Run(gpu), 1e-5);
        }
    }

    [Fact]
    public void ConvolutionsOfGroupsWithStridesAndDilationAgree()
    {
        ConvolutionShape shape = new(2, 4, 9, 8, 6, 3, 2, 2, 1, 1, 1, 1, 2, 2);
        double[] x = Values<double>(shape.InputLength, 1), w = Values<double>(shape.WeightLength, 2), bias = Values<double>(6, 3),
            dy = Values<double>(shape.OutputLength, 4);
        double[][] Run(Device device)
        {
            NDArray<double> input = device.Array<double>([shape.InputLength], x), weights = device.Array<double>([shape.WeightLength], w),
                cotangent = device.Array<double>([shape.OutputLength], dy);
            NDArray<double> y = device.Allocate<double>([shape.OutputLength]), dx = device.Array<double>([shape.InputLength], x),
                dw = device.Array<double>([shape.WeightLength], w);
            device.Convolution(shape, input, weights, device.Array<double>([6], bias), y);
            device.ConvolutionDataGradient(shape, cotangent, weights, dx, true);
            device.ConvolutionWeightGradient(shape, input, cotangent, dw, true);
            return [y.ToArray(), dx.ToArray(), dw.ToArray()];
        }

        double[][] expected = Run(Device.Default), actual = Run(gpu);
        for (int i = 0; i < expected.Length; i++)
            AssertClose(expected[i], actual[i], 1e-13);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void UnfoldedConvolutionsAgree(bool accumulate)
    {
        // 16 channels of 64 taps and more, the sizes for a library of matrix products.
        ConvolutionShape shape = new(3, 8, 5, 4, 16, 3, 3, 2, 1, 1, 1);
        double[] x = Values<double>(shape.InputLength, 1), w = Values<double>(shape.WeightLength, 2), bias = Values<double>(16, 3),
            dy = Values<double>(shape.OutputLength, 4);
        double[][] Run(Device device)
        {
            NDArray<double> input = device.Array<double>([3, 8, 5, 4], x), weights = device.Array<double>([16, 8, 3, 3], w),
                cotangent = device.Array<double>([3, 16, shape.OutputHeight, shape.OutputWidth], dy);
            NDArray<double> y = device.Allocate<double>(cotangent.Shape), dx = device.Array<double>(input.Shape, x),
                dw = device.Array<double>(weights.Shape, w);
            device.Convolution(shape, input, weights, device.Array<double>([16], bias), y);
            device.ConvolutionDataGradient(shape, cotangent, weights, dx, accumulate);
            device.ConvolutionWeightGradient(shape, input, cotangent, dw, accumulate);
            return [y.ToArray(), dx.ToArray(), dw.ToArray()];
        }

        GpuDevice unfolding = (GpuDevice)gpu;
        bool usually = unfolding.UnfoldsConvolutions;
        try
        {
            unfolding.UnfoldsConvolutions = true;
            double[][] expected = Run(Device.Default), actual = Run(gpu);
            for (int i = 0; i < expected.Length; i++)
                AssertClose(expected[i], actual[i], 1e-13);
        }
        finally
        {
            unfolding.UnfoldsConvolutions = usually;
        }
    }

    [Theory]
    [InlineData(3000, 1)]
    [InlineData(3, 1100)]
    [InlineData(2, 2500)]
    public void ReductionsAgreeInEitherDirection(int rows, int columns)
    {
        float[] x = Values<float>(rows * columns, 1);
        foreach (Shape result in (Shape[])[[rows, 1], [1, columns], []])
        {
            float[] Run(Device device)
            {
                NDArray<float> y = device.Allocate<float>(result);
                device.Reduce(default(Sum), device.Array<float>([rows, columns], x), y);
                return y.ToArray();
            }

            AssertClose(Run(Device.Default), Run(gpu), 1e-3);
        }
    }

    [Theory]
    [InlineData(1, 1500)]
    [InlineData(3, 1030)]
    [InlineData(2, 700)]
    public void LongRowsAreSortedAsOnTheCpu(int rows, int length)
    {
        foreach (TieOrder ties in Enum.GetValues<TieOrder>())
        {
            AssertSorted<float>(rows, length, false, ties);
            AssertSorted<double>(rows, length, true, ties);
        }
    }

    [Fact]
    public void TiedRunsOfLongRowsAgree()
    {
        const int Length = 1100;
        float[] sorted = [.. Values<float>(Length, 1).Select(value => MathF.Round(20 * value)).Order()], keys = Values<float>(Length, 2);
        int[] order = new int[Length];
        new Philox(9, 1).Permutation(order);
        (float[] Means, float[] Within, int[] Order, float[] Marks, long Ties) Run(Device device)
        {
            NDArray<float> rows = device.Array<float>([1, Length], sorted), x = device.Array<float>([1, Length], keys),
                means = device.Allocate<float>([1, Length]), marks = device.Allocate<float>([1, Length]);
            NDArray<int> permutation = device.Array<int>([1, Length], order);
            device.AverageOverTies(rows, x, means);
            device.OrderWithinTies(rows, x, permutation, true);
            device.SortWithinTies(rows, x, false);
            device.MarkTies(rows, marks);
            return (means.ToArray(), x.ToArray(), permutation.ToArray(), marks.ToArray(), device.CountTies(rows));
        }

        var expected = Run(Device.Default);
        var actual = Run(gpu);
        AssertClose(expected.Means, actual.Means, 1e-6);
        Assert.Equal(expected.Within, actual.Within);
        Assert.Equal(expected.Order, actual.Order);
        Assert.Equal(expected.Marks, actual.Marks);
        Assert.Equal(expected.Ties, actual.Ties);
    }

    [Fact]
    public void ContributionsToOneElementAreAddedInOrder()
    {
        // Sums whose bits depend on their order.
        const int Count = 1300;
        float[] dy = [.. Values<float>(Count, 1).Select((value, i) => value * MathF.Pow(10, i % 7))];
        int[] indices = [.. Values<float>(Count, 2).Select(value => (int)((value + 1) * 20))];
        float[] Run(Device device)
        {
            NDArray<float> table = device.Allocate<float>([41, 1]);
            device.ScatterAddRows(device.Array<float>([Count, 1], dy), device.Array<int>([Count], indices), table);
            return table.ToArray();
        }

        Assert.Equal(Run(Device.Default), Run(gpu));
    }

    [Fact]
    public void LongExtremesAndSumsAgree()
    {
        float[] x = [.. Values<float>(900, 1).Select(value => MathF.Round(10 * value))];
        (float[] Largest, int[] Places, float[] Sums) Run(Device device, TieOrder ties)
        {
            NDArray<float> array = device.Array<float>([1, 450, 2], x), values = device.Allocate<float>([1, 2]), sums = device.Allocate<float>([1, 450, 2]);
            NDArray<int> places = device.Allocate<int>([1, 2]);
            device.ArgMin(array, values, places, ties);
            device.CumulativeSum(array, 1, true, sums);
            return (values.ToArray(), places.ToArray(), sums.ToArray());
        }

        foreach (TieOrder ties in Enum.GetValues<TieOrder>())
        {
            var expected = Run(Device.Default, ties);
            var actual = Run(gpu, ties);
            Assert.Equal(expected.Largest, actual.Largest);
            Assert.Equal(expected.Places, actual.Places);
            AssertClose(expected.Sums, actual.Sums, 1e-6);
        }
    }

    [Fact]
    public void RandomStreamsAreThoseOfTheCpu()
    {
        Philox random = new(11, 7);
        double[][] Run<T>(Device device)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            NDArray<T> uniform = device.Allocate<T>([37]), normal = device.Allocate<T>([37]), events = device.Allocate<T>([37]),
                mask = device.Allocate<T>([37]);
            device.Uniform(random, uniform, T.CreateTruncating(-2), T.CreateTruncating(3), 5);
            device.Normal(random, normal, T.One, T.CreateTruncating(2), 5);
            device.Bernoulli(random, events, 0.3, 6);
            device.DropoutMask(random, mask, 0.25, 3);
            return [.. new[] { uniform, normal, events, mask }.Select(array => Array.ConvertAll(array.ToArray(), double.CreateTruncating))];
        }

        void AssertSame<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            double[][] expected = Run<T>(Device.Default), actual = Run<T>(gpu);
            Assert.Equal(expected[0], actual[0]);
            AssertClose(expected[1], actual[1], tolerance);
            Assert.Equal(expected[2], actual[2]);
            Assert.Equal(expected[3], actual[3]);
        }

        AssertSame<float>(1e-7);
        AssertSame<double>(1e-15);
        AssertSame<Half>(1e-3);
    }

    [Fact]
    public void FloatFunctionsAreBitForBitThoseOfTheCpu()
    {
        float[] x = [.. Values<float>(997, 1)
            .Select(value => value * 12), float.NaN, float.PositiveInfinity, float.NegativeInfinity, 88.5f, -88.5f, -104, 90, 0, -0f];
        AssertSame(default(ExpMap));
        AssertSame(default(TanhMap));
        AssertSame(default(ErfMap));
        AssertSame(default(SigmoidMap));

        void AssertSame<TMap>(TMap map)
            where TMap : struct, IUnaryMap
        {
            float[] Run(Device device)
            {
                NDArray<float> y = device.Allocate<float>([x.Length]);
                device.Map(map, device.Array<float>([x.Length], x), y);
                return y.ToArray();
            }

            Assert.Equal(Run(Device.Default), Run(gpu));
        }
    }

    [Fact]
    public void RowsAreWrittenWhereTheyBelong()
    {
        NDArray<float> table = gpu.Array<float>([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
        gpu.ScatterRows(gpu.Array<float>([2, 2], [10, 20, 30, 40]), gpu.Array<int>([2], [3, 1]), table);
        Assert.Equal([1, 2, 30, 40, 5, 6, 10, 20], table.ToArray());
        gpu.ScatterRows(gpu.Array<float>([1, 2], [0, 0]), gpu.Array<int>([1], [4]), table);
        Assert.Contains("Index 4 at position 0", Assert.Throws<ArgumentOutOfRangeException>(gpu.Synchronize).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadIndicesAndLabelsAreToldWhenTheDeviceIsWaitedFor()
    {
        NDArray<float> table = gpu.Array<float>([3, 2], new float[6]), rows = gpu.Allocate<float>([2, 2]);
        gpu.GatherRows(table, gpu.Array<int>([2], [1, 3]), rows);
        ArgumentOutOfRangeException index = Assert.Throws<ArgumentOutOfRangeException>(() => rows.ToArray());
        Assert.Contains("Index 3 at position 1", index.Message, StringComparison.Ordinal);
        NDArray<float> losses = gpu.Allocate<float>([3]);
        gpu.SoftmaxCrossEntropy(table, gpu.Array<int>([3], [0, 1, -1]), gpu.Allocate<float>([3, 2]), losses);
        ArgumentException label = Assert.Throws<ArgumentException>(gpu.Synchronize);
        Assert.Contains("Label -1 at position 2", label.Message, StringComparison.Ordinal);
        gpu.Synchronize();
    }

    [Fact]
    public void ViewsGoToTheHostAndBack()
    {
        NDArray<int> array = gpu.Array<int>([2, 3], [1, 2, 3, 4, 5, 6]);
        Assert.Equal([1, 4, 2, 5, 3, 6], array.Transpose(0, 1).ToArray());
        array.Transpose(0, 1).CopyFrom([9, 8, 7, 6, 5, 4]);
        Assert.Equal([9, 7, 5, 8, 6, 4], array.ToArray());
        NDArray<double> numbers = gpu.Allocate<double>([2, 2]);
        gpu.Fill(numbers, 1);
        gpu.Fill(numbers.Slice(1, 1, 1), 5);
        Assert.Equal([1, 5, 1, 5], numbers.ToArray());
    }

    [Fact]
    public void ArraysOfAnotherDeviceAreRefused()
    {
        NDArray<float> foreign = Device.Default.Array<float>([2], [1, 2]), own = gpu.Allocate<float>([2]);
        Assert.Contains("copy it there first", Assert.Throws<ArgumentException>(() => gpu.Map(default(Identity), foreign, own)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => gpu.Return(foreign));
    }

    [Fact]
    public void BlocksAreUsedAgain()
    {
        using Device own = TestGpu.Open();
        long before = own.BytesInUse;
        Storage<float> first = own.Rent<float>(1000);
        Assert.Equal(before + 4096, own.BytesInUse);
        own.Return(first);
        Assert.Same(first, own.Rent<float>(1000));
    }

    [Fact]
    public void WithoutAGpuTheMessageSaysWhatWasLookedFor()
    {
        if (Kernels.Gpu.Devices.Count > 0)
        {
            Assert.Contains("No GPU is named", Assert.Throws<InvalidOperationException>(() => Kernels.Gpu.Device("no such device")).Message,
                StringComparison.Ordinal);
            return;
        }

        string message = Assert.Throws<InvalidOperationException>(() => Kernels.Gpu.Device()).Message;
        Assert.Contains("CUDA", message, StringComparison.Ordinal);
        Assert.Contains("OpenCL", message, StringComparison.Ordinal);
    }

    private static T[] Values<T>(int count, ulong stream)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = new T[count];
        new Philox(1, stream).Uniform(values, -T.One, T.One);
        return values;
    }

    private static void AssertClose<T>(T[] expected, T[] actual, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(double.CreateTruncating(expected[i] - actual[i])) <= tolerance * (1 + Math.Abs(double.CreateTruncating(expected[i]))),
                $"element {i}: {expected[i]} and {actual[i]}");
    }

    private void AssertSorted<T>(int rows, int length, bool descending, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = [.. Values<T>(rows * length, 5).Select(value => T.Round(value * T.CreateTruncating(200)))];
        x[3] = T.NaN;
        x[7] = T.NegativeInfinity;
        x[9] = T.NegativeZero;
        (T[] Values, int[] Places) Run(Device device)
        {
            NDArray<T> values = device.Allocate<T>([rows, length]);
            NDArray<int> places = device.Allocate<int>([rows, length]);
            device.Sort(device.Array<T>([rows, length], x), values, places, descending, ties);
            return (values.ToArray(), places.ToArray());
        }

        var expected = Run(Device.Default);
        var actual = Run(gpu);
        Assert.Equal(expected.Places, actual.Places);
        Assert.Equal(expected.Values, actual.Values);
    }
}
