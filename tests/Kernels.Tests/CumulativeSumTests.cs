using System.Numerics;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Cumulative sums against their definition, in every direction, layout and precision.</summary>
public class CumulativeSumTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 1)]
    [InlineData(19, 700, 1)]
    [InlineData(2, 4, 3)]
    [InlineData(3, 40, 300)]
    [InlineData(1, 6000, 7)]
    public void EverySumIsThatOfTheElementsBefore(int outer, int length, int inner)
    {
        AssertSums<double>(outer, length, inner, 0);
        AssertSums<float>(outer, length, inner, 0);
        AssertSums<Half>(outer, length, inner, 0);
    }

    [Fact]
    public void SumsMayTakeTheirArgumentsPlace()
    {
        foreach (int axis in (int[])[0, 1])
        {
            NDArray<float> x = Device.Default.Array<float>([2, 3], [1, 2, 3, 4, 5, 6]);
            Device.Default.CumulativeSum(x, axis, false, x);
            Assert.Equal(axis == 0 ? [1, 2, 3, 5, 7, 9] : (float[])[1, 3, 6, 4, 9, 15], x.ToArray());
        }
    }

    [Fact]
    public void WhatIsNotFiniteStaysInItsOwnSums()
    {
        NDArray<double> x = Device.Default.Array<double>([2, 3], [1, double.NaN, 3, 4, double.PositiveInfinity, 6]),
            y = Device.Default.Allocate<double>([2, 3]);
        Device.Default.CumulativeSum(x, -1, false, y);
        Assert.Equal([1, double.NaN, double.NaN, 4, double.PositiveInfinity, double.PositiveInfinity], y.ToArray());
    }

    [Theory]
    [InlineData(1, 10_000_000, 1)]
    [InlineData(8, 200_000, 1)]
    [InlineData(1, 200_000, 37)]
    public void LongSumsKeepTheDigitsOfTheirType(int outer, int length, int inner)
    {
        AssertDigits(outer, length, inner, 0.1f, 1e-7);
        AssertDigits(outer, length, inner, 0.1, 3e-16);
        AssertDigits(outer, length, inner, (Half)0.0001f, 1e-3);
    }

    private static void AssertDigits<T>(int outer, int length, int inner, T term, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Device device = Device.Cpu(2);
        NDArray<T> x = device.Allocate<T>([outer, length, inner]);
        device.Fill(x, term);
        device.CumulativeSum(x, 1, false, x);
        T[] sums = x.ToArray();
        for (int lane = 0; lane < outer * inner; lane++)
        {
            // A product with an integer is rounded once.
            for (int j = 0; j < length; j += 997)
            {
                double sum = double.CreateChecked(sums[(((lane / inner * length) + j) * inner) + (lane % inner)]);
                Assert.InRange((sum / (double.CreateChecked(term) * (j + 1))) - 1, -tolerance, tolerance);
            }
        }
    }

    [Fact]
    public void OtherShapesAndAxesAreRefused()
    {
        NDArray<float> x = Device.Default.Allocate<float>([2, 3]), y = Device.Default.Allocate<float>([3, 2]);
        Assert.Contains("[3, 2]", Assert.Throws<ArgumentException>(() => Device.Default.CumulativeSum(x, 0, false, y)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => Device.Default.CumulativeSum(x, 2, false, x));
    }

    // Small integers, whose sums are exact in float and, up to 2048, in Half; beyond, a Half is the sum rounded once.
    private static void AssertSums<T>(int outer, int length, int inner, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = [.. Enumerable.Range(seed, outer * length * inner).Select(i => T.CreateChecked((i * 7 % 11) - 4))];
        foreach (bool reverse in (bool[])[false, true])
        {
            double[] expected = new double[x.Length];
            for (int lane = 0; lane < outer * inner; lane++)
            {
                double sum = 0;
                for (int j = 0; j < length; j++)
                {
                    int at = (((lane / inner * length) + (reverse ? length - 1 - j : j)) * inner) + (lane % inner);
                    expected[at] = sum += double.CreateChecked(x[at]);
                }
            }

            for (int threads = 1; threads <= 3; threads++)
            {
                using Device device = Device.Cpu(threads);
                NDArray<T> from = device.Array<T>([outer, length, inner], x), to = device.Allocate<T>([outer, length, inner]);
                device.CumulativeSum(from, 1, reverse, to);
                Assert.Equal(expected.Select(T.CreateTruncating), to.ToArray());
                device.Fill(to, T.One);
                device.CumulativeSum(from, 1, reverse, to, accumulate: true);
                Assert.Equal(expected.Select(sum => T.CreateTruncating(1 + sum)), to.ToArray());
            }
        }
    }
}
