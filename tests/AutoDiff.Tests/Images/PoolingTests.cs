using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.Images;

/// <summary>Poolings of one, two and three axes against a scan of their windows.</summary>
public class PoolingTests
{
    private static readonly double[] Infinite = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity];

    [Fact]
    public void PoolingsAreThoseOfTheirWindows()
    {
        for (int draw = 0; draw < 150; draw++)
        {
            AssertWindows<double>(draw, 1e-13);
            AssertWindows<float>(draw, 1e-5);
            AssertWindows<Half>(draw, 4e-3);
        }
    }

    [Fact]
    public void AdaptiveWindowsOverlapWhereTheyMust()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 5], [1, 2, 3, 4, 5]);
        Assert.Equal([1.5, 3, 4.5], x.AdaptiveAveragePool1d(3).ToArray());
        Assert.Equal([2, 4, 5], x.AdaptiveMaxPool1d(3).ToArray());
        Assert.Equal([1, 2, 3, 3, 4, 5, 5], x.AdaptiveMaxPool1d(7).ToArray());
        Assert.Equal([3], x.AdaptiveAveragePool1d(1).ToArray());
        Assert.Equal([3], x.GlobalAveragePool().ToArray());
        Assert.Equal([5], x.GlobalMaxPool().ToArray());
    }

    [Fact]
    public void WhatIsBeyondThePaddedBorderNeverCounts()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 3], [1, 2, 3]);
        Assert.Equal([1.5, 3], x.AveragePool1d(2, roundUp: true).ToArray());
        Assert.Equal([0.5, 2.5], x.AveragePool1d(2, padding: 1, roundUp: true).ToArray());
        Assert.Equal([0.5, 2.5], x.AveragePool1d(2, padding: 1).ToArray());
        Assert.Equal([1, 2.5], x.AveragePool1d(2, padding: 1, countPadding: false).ToArray());
    }

    [Fact]
    public void NanWinsAndWindowsOfInfinitiesHaveNoTiesWithPadding()
    {
        using Tape<double> tape = new();
        Var<double> nan = tape.Variable([1, 1, 3], [1, double.NaN, 3]);
        Assert.Equal([1, double.NaN], nan.MaxPool1d(2, 2, 1).ToArray());
        Assert.True(double.IsNaN(nan.GlobalMaxPool().GetScalar()));
        Assert.Equal([0, 1, 0], tape.Backward(nan.GlobalMaxPool().Sum())[nan].ToArray());
        Var<double> low = tape.Variable([1, 1, 3], Infinite), pooled = low.MaxPool1d(2, 2, 1);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity], pooled.ToArray());
        Assert.Equal([1, 1, 0], tape.Backward(pooled.Sum())[low].ToArray());
        Assert.Equal([1, 0.5, 0.5], tape.Backward(pooled.Sum(), Selections.MinimalNorm)[low].ToArray());
    }

    [Fact]
    public void SumsOfHalfDoNotOverflow()
    {
        using Tape<Half> tape = new();
        Var<Half> x = tape.Variable([1, 1, 4], [(Half)60000, (Half)60000, (Half)60000, (Half)60000]);
        Assert.Equal([(Half)60000], x.GlobalAveragePool().ToArray());
        Assert.Equal([(Half)60000], x.AveragePool1d(4).ToArray());
        Assert.Equal([(Half)60000, (Half)60000], x.AdaptiveAveragePool1d(2).ToArray());
    }

    [Fact]
    public void WrongInputsAreNamed()
    {
        using Tape<double> tape = new();
        Var<double> Ones(params int[] shape) => tape.Variable(new Shape(shape), [.. Enumerable.Repeat(1.0, new Shape(shape).Count)]);
        Refused(() => Ones(1, 2, 3).MaxPool1d(4), "max-pool 1-D", "[1, 2, 3]", "4 does not fit");
        Refused(() => Ones(1, 2, 3).MaxPool1d(2, 0), "[1, 2, 3]", "stride");
        Refused(() => Ones(1, 2, 3).MaxPool1d(2, padding: -1), "[1, 2, 3]", "padding");
        Refused(() => Ones(1, 2, 3).MaxPool1d(2, padding: 2), "padding");
        Refused(() => Ones(1, 2, 3).MaxPool1d(2, dilation: 0), "dilation");
        Refused(() => Ones(1, 1, 3).MaxPool1d(2, 1, 3, dilation: 5), "[1, 1, 3]", "no element");
        Refused(() => Ones(1, 2, 3, 4).MaxPool1d(2), "[batch, channels, length]");
        Refused(() => Ones(1, 2, 3).MaxPool2d(2), "[1, 2, 3]", "[batch, channels, height, width]");
        Refused(() => Ones(1, 2, 3, 4).AveragePool3d(2), "[batch, channels, depth, height, width]");
        Refused(() => Ones(1, 2, 3, 4, 2).AveragePool3d((4, 1, 1)), "[1, 2, 3, 4, 2]", "4 × 1 × 1");
        Refused(() => Ones(1, 2, 3).AdaptiveMaxPool1d(0), "[1, 2, 3]", "at least one window");
        Refused(() => Ones(1, 2, 3, 3).AdaptiveAveragePool2d((2, -1)), "at least one window");
        Refused(() => Ones(1, 2).GlobalAveragePool(), "[1, 2]");
        Refused(() => Ones(1, 2, 0).GlobalMaxPool(), "[1, 2, 0]");
        Assert.Equal([0, 2, 1], Ones(0, 2, 3).MaxPool1d(2).Shape);
        Assert.Equal([0, 2, 2, 2, 2], Ones(0, 2, 3, 3, 3).AdaptiveAveragePool3d(2).Shape);
        Assert.Equal([0, 2], Ones(0, 2, 3).GlobalMaxPool().Shape);
    }

    private static void Refused(Func<Var<double>> program, params string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => program()).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static void AssertWindows<T>(int seed, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] numbers = new double[40];
        new Philox((ulong)seed, 9).Uniform<double>(numbers, 0, 1);
        int next = 0;
        int Pick(int low, int high) => low + (int)(numbers[next++] * (high - low + 1));
        int axes = (seed % 3) + 1;
        bool isMax = Pick(0, 1) == 0, roundUp = Pick(0, 1) == 0, countPadding = Pick(0, 1) == 0, isAdaptive = Pick(0, 3) == 0;
        int[] extent = [1, 1, 1], kernel = [1, 1, 1], stride = [1, 1, 1], padding = [0, 0, 0], dilation = [1, 1, 1], parts = [1, 1, 1];
        for (int axis = 3 - axes; axis < 3; axis++)
        {
            kernel[axis] = Pick(1, 3);
            stride[axis] = Pick(1, 3);
            padding[axis] = Pick(0, kernel[axis] / 2);
            dilation[axis] = isMax ? Pick(1, 2) : 1;
            extent[axis] = Pick(Math.Max(2, ((kernel[axis] - 1) * dilation[axis]) + 1), axis == 2 ? 30 : 7);
            parts[axis] = Pick(1, 8);
        }

        Shape shape = new([2, 2, .. extent[(3 - axes)..]]);
        double[] values = [.. Evaluation.Random(shape.Count, (ulong)seed, 5).Select(value => (double)(Half)value)];
        using Tape<T> tape = new();
        Var<T> x = tape.Variable(shape, Array.ConvertAll(values, T.CreateTruncating));
        Size2d Two(int[] of) => (of[1], of[2]);
        Size3d Three(int[] of) => (of[0], of[1], of[2]);
        Var<T> y = (axes, isMax, isAdaptive) switch
        {
            (1, true, true) => x.AdaptiveMaxPool1d(parts[2]),
            (2, true, true) => x.AdaptiveMaxPool2d(Two(parts)),
            (3, true, true) => x.AdaptiveMaxPool3d(Three(parts)),
            (1, false, true) => x.AdaptiveAveragePool1d(parts[2]),
            (2, false, true) => x.AdaptiveAveragePool2d(Two(parts)),
            (3, false, true) => x.AdaptiveAveragePool3d(Three(parts)),
            (1, true, _) => x.MaxPool1d(kernel[2], stride[2], padding[2], null, dilation[2], roundUp),
            (2, true, _) => x.MaxPool2d(Two(kernel), Two(stride), Two(padding), null, Two(dilation), roundUp),
            (3, true, _) => x.MaxPool3d(Three(kernel), Three(stride), Three(padding), null, Three(dilation), roundUp),
            (1, false, _) => x.AveragePool1d(kernel[2], stride[2], padding[2], countPadding, roundUp),
            (2, false, _) => x.AveragePool2d(Two(kernel), Two(stride), Two(padding), countPadding, roundUp),
            _ => x.AveragePool3d(Three(kernel), Three(stride), Three(padding), countPadding, roundUp),
        };

        // For each axis, the positions of each window, those on the padding among them.
        (int[] Positions, int Counted)[][] windows = [.. Enumerable.Range(0, 3).Select(axis => isAdaptive
            ? Parts(extent[axis], parts[axis])
            : Windows(extent[axis], kernel[axis], stride[axis], padding[axis], dilation[axis], roundUp))];
        Assert.Equal(new Shape([2, 2, .. windows[(3 - axes)..].Select(axis => axis.Length)]), y.Shape);
        double[] expected = new double[y.Shape.Count], pulled = new double[values.Length];
        int output = 0, plane = extent[0] * extent[1] * extent[2];
        for (int start = 0; start < values.Length; start += plane)
        {
            foreach ((int[] slices, int depth) in windows[0])
            {
                foreach ((int[] rows, int height) in windows[1])
                {
                    foreach ((int[] columns, int width) in windows[2])
                    {
                        int[] elements = [.. from d in slices from h in rows from w in columns select start + (((d * extent[1]) + h) * extent[2]) + w];
                        double cotangent = output + 1, count = isAdaptive || !countPadding ? elements.Length : depth * height * width;
                        expected[output++] = isMax ? elements.Max(at => values[at]) : elements.Sum(at => values[at]) / count;
                        foreach (int at in elements)
                            pulled[at] += isMax ? (at == elements.MaxBy(one => values[one]) ? cotangent : 0) : cotangent / count;
                    }
                }
            }
        }

        string where = $"draw {seed} of {typeof(T).Name}";
        AssertEqual(expected, y.ToArray(), tolerance, where);
        if (typeof(T) == typeof(Half))
            return;
        NDArray<T> seedArray = tape.Device.Array<T>(y.Shape, [.. Enumerable.Range(1, y.Shape.Count).Select(i => T.CreateTruncating(i))]);
        AssertEqual(pulled, tape.Backward(y, seedArray)[x].ToArray(), tolerance * 10, where + ", pullback");
        tape.Device.Return(seedArray);
    }

    private static (int[] Positions, int Counted)[] Parts(int extent, int parts) =>
    [
        .. Enumerable.Range(0, parts).Select(part =>
        {
            int start = (int)Math.Floor(part * (double)extent / parts + 1e-9), end = (int)Math.Ceiling(((part + 1) * (double)extent / parts) - 1e-9);
            return ((int[])[.. Enumerable.Range(start, end - start)], end - start);
        }),
    ];

    private static (int[] Positions, int Counted)[] Windows(int extent, int kernel, int stride, int padding, int dilation, bool roundUp)
    {
        List<(int[] Positions, int Counted)> windows = [];
        for (int start = -padding; ; start += stride)
        {
            int last = start + ((kernel - 1) * dilation);
            // A window past the border is kept only if the one before it does not end at the border.
            bool fits = last < extent + padding, isKept = roundUp && start < extent && last - stride < extent + padding - 1;
            if (!(fits || isKept))
                return [.. windows];
            int[] all = [.. Enumerable.Range(0, kernel).Select(tap => start + (tap * dilation))];
            windows.Add(([.. all.Where(at => at >= 0 && at < extent)], all.Count(at => at < extent + padding)));
        }
    }

    private static void AssertEqual<T>(double[] expected, T[] actual, double tolerance, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Evaluation.AssertClose(expected[i], double.CreateTruncating(actual[i]), tolerance, $"{where}, element {i}");
    }
}
