using System.Numerics;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Kernels.Scans;
using ConservativeAD.Tests;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Scans against their definitions, in every direction, layout and precision, on the CPU and on the GPU of tests.</summary>
[Collection(TestGpu.Collection)]
public class ScanTests
{
    public static TheoryData<int, int, int> Extents => new()
    {
        { 1, 1, 1 },
        { 3, 5, 1 },
        { 11, 700, 1 },
        { 2, 4, 3 },
        { 2, 20, 300 },
        { 1, 300, 7 },
        { 2, 0, 3 },
        { 0, 3, 1 },
        { 2, 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Extents))]
    public void ProductsAreThoseOfTheElementsBefore(int outer, int length, int inner)
    {
        // Signs, and a few powers of two, whose products are exact.
        AssertScan(default(RunningProduct), outer, length, inner, 0, i => i % 97 == 5 ? 2 : Whole(i) < 0 ? -1 : 1, null, (_, line) =>
        {
            double product = 1;
            return line.Select(x => product *= x).ToArray();
        });
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void ReductionsBecomeScans(int outer, int length, int inner)
    {
        AssertScan(default(Running<Sum>), outer, length, inner, 0, Whole, null, (_, line) => line.Select((_, j) => line[..(j + 1)].Sum()));
        AssertScan(default(Running<Largest>), outer, length, inner, 0, Whole, null, (_, line) => line.Select((_, j) => line[..(j + 1)].Max()));
        AssertScan(default(Running<Smallest>), outer, length, inner, 0, Whole, null, (_, line) => line.Select((_, j) => line[..(j + 1)].Min()));
        AssertScan(default(CompensatedSum), outer, length, inner, 0, Whole, null, (_, line) => line.Select((_, j) => line[..(j + 1)].Sum()));
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void LogarithmsOfSumsOfExponentialsDoNotOverflow(int outer, int length, int inner)
    {
        foreach (double shift in (double[])[0, 1000, -1000])
        {
            AssertScan(new RunningLogSumExp(withoutLargest: false), outer, length, inner, 1e-3, i => Whole(i) + shift, null, (_, line) => line.Select((_, j) =>
            {
                double largest = line[..(j + 1)].Max();
                return largest + Math.Log(line[..(j + 1)].Sum(x => Math.Exp(x - largest)));
            }));
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void RecurrencesMultiplyWhatComesBefore(int outer, int length, int inner)
    {
        // Factors −1, 0 and 1, so that the terms stay integers.
        AssertScan(new LinearRecurrence(isPlain: false), outer, length, inner, 0, Whole, i => (i % 3) - 1, (factors, line) =>
        {
            double y = 0;
            return line.Select((x, j) => y = x + (factors[j] * y)).ToArray();
        });
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void ExtremesKnowWhereTheyStand(int outer, int length, int inner)
    {
        foreach (bool smallest in (bool[])[false, true])
        {
            foreach (TieOrder ties in Enum.GetValues<TieOrder>())
            {
                AssertPositions<double>(outer, length, inner, smallest, ties);
                AssertPositions<float>(outer, length, inner, smallest, ties);
                AssertPositions<Half>(outer, length, inner, smallest, ties);
            }
        }
    }

    [Fact]
    public void ANanWinsFromWhereItStands()
    {
        ForEachDevice(device =>
        {
            foreach (bool smallest in (bool[])[false, true])
            {
                (double[] values, int[] positions) = Extremes(device, [1, double.NaN, smallest ? double.NegativeInfinity : double.PositiveInfinity, double.NaN],
                    smallest, TieOrder.First, false);
                Assert.Equal([1, double.NaN, double.NaN, double.NaN], values);
                Assert.Equal([0, 1, 1, 1], positions);
                Assert.Equal([0, 1, 1, 3], Extremes(device, [1, double.NaN, 2, double.NaN], smallest, TieOrder.Last, false).Positions);
                Assert.Equal([1, 1, 3, 3],
                    Extremes(device, [double.NaN, double.NaN, 7, double.NaN], smallest, TieOrder.First, true).Positions.Select((p, i) => i == 0 ? 1 : p));
                Assert.Equal([0, 0, 0], Extremes(device, [double.NaN, 2, 3], smallest, TieOrder.Last, false).Positions);
            }
        });
    }

    [Fact]
    public void InfinitiesTieAndAreFoundAtAPlaceOfTheArray()
    {
        ForEachDevice(device =>
        {
            double[] least = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity];
            Assert.Equal([0, 0, 0], Extremes(device, least, false, TieOrder.First, false).Positions);
            Assert.Equal([0, 1, 2], Extremes(device, least, false, TieOrder.Last, false).Positions);
            Assert.Equal([0, 1, 2], Extremes(device, least, false, TieOrder.First, true).Positions);
            Assert.Equal([2, 2, 2], Extremes(device, least, false, TieOrder.Last, true).Positions);
            NDArray<double> x = device.Array<double>([3], least), y = device.Allocate<double>([3]);
            device.Scan(new RunningLogSumExp(withoutLargest: false), x, 0, false, y);
            Assert.Equal(least, y.ToArray());
            x.CopyFrom([double.NegativeInfinity, 0, double.PositiveInfinity]);
            device.Scan(new RunningLogSumExp(withoutLargest: false), x, 0, false, y);
            Assert.Equal(x.ToArray(), y.ToArray());
        });
    }

    [Fact]
    public void ThePositiveZeroIsTheLarger()
    {
        ForEachDevice(device =>
        {
            foreach (double[] zeros in (double[][])[[0.0, -0.0], [-0.0, 0.0]])
            {
                Assert.Equal(Math.Max(zeros[0], zeros[1]), Extremes(device, zeros, false, TieOrder.First, false).Values[1]);
                Assert.False(double.IsNegative(Extremes(device, zeros, false, TieOrder.First, false).Values[1]));
                Assert.True(double.IsNegative(Extremes(device, zeros, true, TieOrder.First, false).Values[1]));
                Assert.Equal([0, 1], Extremes(device, zeros, false, TieOrder.Last, false).Positions);
            }
        });
    }

    [Fact]
    public void HalvesAreMultipliedAndSummedInAWiderType()
    {
        ForEachDevice(device =>
        {
            NDArray<Half> x = device.Array<Half>([4], [(Half)60000, (Half)60000, (Half)(1 / 65536.0), (Half)(1 / 65536.0)]), y = device.Allocate<Half>([4]);
            device.Scan(default(RunningProduct), x, 0, false, y);
            Assert.Equal([60000, double.PositiveInfinity, 60000.0 * 60000 / 65536, 60000.0 * 60000 / 65536 / 65536], y.ToArray()
                .Select(h => (double)h), (a, b) => a == b || Math.Abs((a / b) - 1) < 1e-3);
            NDArray<float> single = device.Array<float>([4], [1e30f, 1e30f, 1e-30f, 1e-30f]), products = device.Allocate<float>([4]);
            device.Scan(default(RunningProduct), single, 0, false, products);
            Assert.Equal([1e30, double.PositiveInfinity, 1e30, 1], products.ToArray().Select(h => (double)h), (a, b) => a == b || Math.Abs((a / b) - 1) < 1e-6);
        });
    }

    [Fact]
    public void AZeroThatIsCarriedAbsorbs()
    {
        ForEachDevice(device =>
        {
            NDArray<double> x = device.Array<double>([4], [0, 0, 2, 0]),
                factors = device.Array<double>([4], [double.NaN, double.PositiveInfinity, double.NaN, 3]), y = device.Allocate<double>([4]);
            device.Scan(new LinearRecurrence(isPlain: false), x, factors, 0, false, y, default);
            Assert.Equal([0, 0, 2, 6], y.ToArray());
            device.Scan(new LinearRecurrence(isPlain: true), x, factors, 0, false, y, default);
            Assert.Equal([double.NaN, double.NaN, double.NaN, double.NaN], [double.NaN, .. y.ToArray()[1..]]);
        });
    }

    [Fact]
    public void ViewsWithGapsAreScannedToo()
    {
        ForEachDevice(device =>
        {
            double[] numbers = [.. Enumerable.Range(0, 60).Select(Whole)];
            NDArray<double> block = device.Array<double>([3, 4, 5], numbers), x = block.Transpose(0, 2)
                .Slice(1, 1, 2), plain = device.Allocate<double>(x.Shape), expected = device.Allocate<double>(x.Shape);
            NDArray<double> results = device.Array<double>([3, 4, 5], numbers), y = results.Transpose(0, 2).Slice(1, 2, 2);
            device.Copy(x, plain);
            device.Scan(default(Running<Largest>), plain, 1, false, expected);
            device.Copy(y, expected, true);
            device.Scan(default(Running<Largest>), x, 1, false, y, accumulate: true);
            NDArray<double> written = device.Allocate<double>(x.Shape);
            device.Copy(y, written);
            Assert.Equal(expected.ToArray(), written.ToArray());
            device.Scan(new LinearRecurrence(false), plain, plain, 2, true, expected, default);
            device.Scan(new LinearRecurrence(false), x, x, 2, true, written, default);
            Assert.Equal(expected.ToArray(), written.ToArray());
        });
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Device device = Device.Default;
        NDArray<float> x = device.Allocate<float>([2, 3]), y = device.Allocate<float>([3, 2]);
        NDArray<int> positions = device.Allocate<int>([3, 2]);
        string Refusal(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;
        Assert.Contains("[3, 2]", Refusal(() => device.Scan(default(RunningProduct), x, 0, false, y)), StringComparison.Ordinal);
        Assert.Contains("companion", Refusal(() => device.Scan(default(LinearRecurrence), x, 0, false, x)), StringComparison.Ordinal);
        Assert.Contains("companions", Refusal(() => device.Scan(default(RunningProduct), x, x, 0, false, x, default)), StringComparison.Ordinal);
        Assert.Contains("RunningProduct", Refusal(() => device.Scan(default(RunningProduct), y, default, 0, false, y, positions)), StringComparison.Ordinal);
        Assert.Contains("contiguous", Refusal(() => device.Scan(default(RunningExtreme), x, default, 0, false, x, positions.Transpose(0, 1))),
            StringComparison.Ordinal);
        Assert.Contains("no array", Refusal(() => device.Scan(default(RunningExtreme), x, default, 0, false, default, default)), StringComparison.Ordinal);
        Refusal(() => device.Scan(default(RunningProduct), x, 2, false, x));
    }

    [Fact]
    public void AScanAllocatesNothing()
    {
        using Device device = Device.Cpu(2);
        NDArray<float> x = device.Allocate<float>([40, 5000]), y = device.Allocate<float>([5000, 40]);
        NDArray<int> positions = device.Allocate<int>([40, 5000]);
        Assert.Equal(0, Allocations.Least(() =>
        {
            device.Scan(default(RunningExtreme), x, default, 0, true, x, positions);
            device.CumulativeSum(x, 1, false, y.Transpose(0, 1), true);
        }));
    }

    private static double Whole(int i) => (i * 7 % 11) - 4;

    private static void ForEachDevice(Action<Device> check)
    {
        check(Device.Default);
        check(TestGpu.Shared);
    }

    private static (double[] Values, int[] Positions) Extremes(Device device, double[] x, bool smallest, TieOrder ties, bool reverse)
    {
        NDArray<double> values = device.Allocate<double>([x.Length]);
        NDArray<int> positions = device.Allocate<int>([x.Length]);
        device.Scan(new RunningExtreme(smallest, ties), device.Array<double>([x.Length], x), default, 0, reverse, values, positions);
        return (values.ToArray(), positions.ToArray());
    }

    // Few distinct values, so that ties are frequent.
    private static void AssertPositions<T>(int outer, int length, int inner, bool smallest, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] x = [.. Enumerable.Range(0, outer * length * inner).Select(i => (double)(i * i % 13 % 5))];
        foreach (bool reverse in (bool[])[false, true])
        {
            int[] expected = new int[x.Length];
            for (int lane = 0; lane < outer * inner; lane++)
            {
                int At(int position) => (((lane / inner * length) + position) * inner) + (lane % inner);
                int best = -1;
                for (int place = 0; place < length; place++)
                {
                    // Every further element comes later on the axis, or earlier in reverse.
                    int j = reverse ? length - 1 - place : place;
                    double more = best < 0 ? 1 : (x[At(j)] - x[At(best)]) * (smallest ? -1 : 1);
                    if (more > 0 || (more == 0 && (ties == TieOrder.Last) != reverse))
                        best = j;
                    expected[At(j)] = best;
                }
            }

            foreach (Device device in Devices())
            {
                NDArray<T> from = device.Array<T>([outer, length, inner], [.. x.Select(T.CreateChecked)]), values = device.Allocate<T>([outer, length, inner]);
                NDArray<int> positions = device.Allocate<int>([outer, length, inner]), alone = device.Allocate<int>([outer, length, inner]);
                device.Scan(new RunningExtreme(smallest, ties), from, default, 1, reverse, values, positions);
                device.Scan(new RunningExtreme(smallest, ties), from, default, 1, reverse, default, alone);
                Assert.Equal(expected, positions.ToArray());
                Assert.Equal(expected, alone.ToArray());
                Assert.Equal(expected.Select((p, i) => T.CreateChecked(x[(i / (length * inner) * length * inner) + (p * inner) + (i % inner)])),
                    values.ToArray());
                Release(device);
            }
        }
    }

    private static void AssertScan<TScan>(TScan scan, int outer, int length, int inner, double tolerance, Func<int, double> x, Func<int, double>? companions,
        Func<double[], double[], IEnumerable<double>> expected)
        where TScan : struct, IScan
    {
        AssertScanOf<TScan, double>(scan, outer, length, inner, tolerance == 0 ? 0 : 1e-14, x, companions, expected);
        AssertScanOf<TScan, float>(scan, outer, length, inner, tolerance == 0 ? 0 : 1e-6, x, companions, expected);
        AssertScanOf<TScan, Half>(scan, outer, length, inner, tolerance, x, companions, expected);
    }

    private static void AssertScanOf<TScan, T>(TScan scan, int outer, int length, int inner, double tolerance, Func<int, double> element,
        Func<int, double>? companion, Func<double[], double[], IEnumerable<double>> definition)
        where TScan : struct, IScan
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = [.. Enumerable.Range(0, outer * length * inner).Select(i => T.CreateChecked(element(i)))];
        T[] companions = [.. Enumerable.Range(0, x.Length).Select(i => T.CreateChecked(companion?.Invoke(i) ?? 0))];
        foreach (bool reverse in (bool[])[false, true])
        {
            double[] expected = new double[x.Length];
            for (int lane = 0; lane < outer * inner; lane++)
            {
                int[] places = [.. Enumerable.Range(0, length)
                    .Select(j => (((lane / inner * length) + (reverse ? length - 1 - j : j)) * inner) + (lane % inner))];
                double[] results =
                    [.. definition([.. places.Select(at => double.CreateChecked(companions[at]))], [.. places.Select(at => double.CreateChecked(x[at]))])];
                for (int j = 0; j < length; j++)
                    expected[places[j]] = results[j];
            }

            T[]? first = null;
            foreach (Device device in Devices())
            {
                Shape shape = [outer, length, inner];
                NDArray<T> from = device.Array<T>(shape, x), to = device.Allocate<T>(shape), with = companion is null
                    ? default
                    : device.Array<T>(shape, companions);
                device.Scan(scan, from, with, 1, reverse, to, default);
                T[] found = to.ToArray();
                AssertNear(expected, found, tolerance);
                if (device != TestGpu.Shared)
                    Assert.Equal(first ??= found, found);
                device.Fill(to, T.One);
                device.Scan(scan, from, with, 1, reverse, to, default, accumulate: true);
                AssertNear([.. expected.Select(y => y + 1)], to.ToArray(), 2 * tolerance);
                device.Scan(scan, from, with, 1, reverse, from, default);
                Assert.Equal(found, from.ToArray());
                Release(device);
            }
        }
    }

    private static void AssertNear<T>(double[] expected, T[] found, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double apart = Math.Abs(double.CreateChecked(found[i]) - double.CreateChecked(T.CreateTruncating(expected[i])));
            Assert.True(apart <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"Element {i} is {found[i]} and not {expected[i]}.");
        }
    }

    private static Device[] Devices() => [Device.Cpu(1), Device.Cpu(2), Device.Cpu(4), TestGpu.Shared];

    private static void Release(Device device)
    {
        if (device != TestGpu.Shared)
            device.Dispose();
    }
}
