using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Geometry;

/// <summary>Points of least norm, against known answers and against the optimality condition.</summary>
public class MinimalNormTests
{
    public static TheoryData<double[][], double[]> Known => new()
    {
        { [[1, 0], [0, 1]], [0.5, 0.5] },
        { [[1, 1], [-1, 1]], [0, 1] },
        { [[2, 1], [-1, 1], [0, -3]], [0, 0] },
        { [[3, 4]], [3, 4] },
        { [[1, 0], [1, 0], [1, 0]], [1, 0] },
        { [[2, 0], [2, 2], [2, -2]], [2, 0] },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void KnownPointsAreFound(double[][] points, double[] expected)
    {
        MinimalNormPoint found = MinimalNormPoint.Of(points);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found.Point[i], 1e-12);
        Assert.Equal(1, found.Weights.Sum(), 1e-12);
        Assert.All(found.Weights, weight => Assert.True(weight >= 0));
    }

    [Fact]
    public void NoPointOfTheHullIsNearer()
    {
        for (int trial = 0; trial < 300; trial++)
        {
            int dimension = 1 + (trial % 7), count = 1 + (trial % 11);
            double[] numbers = new double[dimension * count];
            new Philox(7, (ulong)trial).Normal<double>(numbers, trial % 3 == 0 ? 2 : 0, 1);
            double[][] points = [.. numbers.Chunk(dimension)];
            MinimalNormPoint found = MinimalNormPoint.Of(points);
            double squared = found.Point.Sum(x => x * x);
            foreach (double[] point in points)
                Assert.True(point.Zip(found.Point, (a, b) => a * b).Sum() >= squared - 1e-10, $"trial {trial}");
            for (int i = 0; i < dimension; i++)
                Assert.Equal(found.Point[i], points.Zip(found.Weights, (point, weight) => point[i] * weight).Sum(), 1e-10);
        }
    }

    // Products of nearly dependent points lose the digits in which the points differ; residuals of the points themselves keep them. The centred powers of a few
    // nodes are such points: only their mean is nearest to 0.
    [Theory]
    [InlineData(3, 1e-12)]
    [InlineData(4, 1e-12)]
    [InlineData(5, 1e-11)]
    [InlineData(6, 1e-10)]
    public void NearlyDependentPointsKeepTheirDigits(int count, double tolerance)
    {
        double[][] points = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count).Select(k => Math.Pow(i / 16.0, k)).ToArray())];
        for (int k = 1; k < count; k++)
        {
            double mean = points.Average(point => point[k]);
            foreach (double[] point in points)
                point[k] -= mean;
        }

        MinimalNormPoint found = MinimalNormPoint.Of(points);
        Assert.All(found.Weights, weight => Assert.Equal(1.0 / count, weight, tolerance));
    }

    [Fact]
    public void PointsOfAnySizeScaleTheAnswerExactly()
    {
        int[] exponents = [-1000, -900, -512, -333, -64, -1, 1, 7, 400, 511, 777, 1000];
        for (int trial = 0; trial < 60; trial++)
        {
            int dimension = 1 + (trial % 5), count = 1 + (trial % 9);
            double[] numbers = new double[dimension * count];
            new Philox(11, (ulong)trial).Normal<double>(numbers, trial % 3 == 0 ? 2 : 0, 1);
            double[][] points = [.. numbers.Chunk(dimension)];
            MinimalNormPoint plain = MinimalNormPoint.Of(points);
            foreach (int exponent in exponents)
            {
                MinimalNormPoint scaled = MinimalNormPoint.Of([.. points.Select(point => point.Select(x => Math.ScaleB(x, exponent)).ToArray())]);
                Assert.Equal(plain.Weights, scaled.Weights);
                Assert.Equal(plain.Point.Select(x => Math.ScaleB(x, exponent)), scaled.Point);
                Assert.Equal(Math.ScaleB(plain.Distance.Lower, exponent), scaled.Distance.Lower);
                Assert.Equal(Math.ScaleB(plain.Distance.Upper, exponent), scaled.Distance.Upper);
            }
        }
    }

    public static TheoryData<double[][], double[]> OfUnequalSizes => new()
    {
        { [[1e20, 1], [-1e20, 1], [1e20, -1], [-1e20, -1]], [0, 0] },
        { [[1e300, 0], [0, 1], [0, -1]], [0, 0] },
        { [[1e150, 1], [-1e150, 1]], [0, 1] },
        { [[1e-300, 1e-300], [-1e-300, 1e-300]], [0, 1e-300] },
        { [[1e308, 1e308], [-1e308, 1e308]], [0, 1e308] },
        { [[1e200, 1e-200]], [1e200, 1e-200] },
    };

    [Theory]
    [MemberData(nameof(OfUnequalSizes))]
    public void TheDistanceIsRightOrBounded(double[][] points, double[] expected)
    {
        MinimalNormPoint found = MinimalNormPoint.Of(points);
        double distance = Math.Sqrt(expected.Sum(x => x * x));
        if (distance is 0 or double.PositiveInfinity)
            distance = expected.Max(Math.Abs);
        Assert.True(found.Distance.Lower <= distance * (1 + 1e-12), $"{found.Distance}");
        Assert.True(found.Distance.Upper >= distance * (1 - 1e-12), $"{found.Distance}");
        Assert.True(found.Distance.Upper - distance <= 1e-9 * points.Max(point => point.Max(Math.Abs)), $"{found.Distance}");
    }

    [Fact]
    public void SetsOfLargeAndSmallGradientsTellTheTruth()
    {
        foreach (double size in (double[])[1e-250, 1e-160, 1e-13, 1, 1e160, 1e300])
        {
            ClarkeSubdifferential around = Clarke.Subdifferential(Objective.OfScalars(x => (Active.Abs(x[0]) + Active.Abs(x[1])) * size), [0, 0]);
            Assert.True(around.Certificate.IsCertified);
            Assert.True(around.IsStationary(1e-9 * size), $"{size}: {around}");
            Assert.Equal(4, around.Generators.Count);
            ClarkeSubdifferential beside = Clarke.Subdifferential(Objective.OfScalars(x => (Active.Abs(x[0]) + x[1]) * size), [0, 0]);
            Assert.False(beside.IsStationary(1e-9 * size), $"{size}: {beside}");
            Assert.Equal(size, beside.Distance.Upper, 1e-9 * size);
            if (size >= 1)
                Assert.Equal(-1, beside.SteepestDescentDirection![1], 1e-9);
            Assert.True(beside.Contains([0, size], 1e-9 * size));
            Assert.False(beside.Contains([-1.5 * size, size], 1e-9 * size));
            Assert.Equal(size, beside.DirectionalDerivative([1, 0]).Upper, 1e-9 * size);
        }

        // For any small argument of a kink, its cells are found, or the set is not reported as complete.
        foreach (double size in (double[])[1e-200, 1e-20, 1e20, 1e200])
        {
            ClarkeSubdifferential inner = Clarke.Subdifferential(Objective.OfScalars(x => (Active.Max(x[0] * size, 0.0) / size) - (x[0] * 0.5)), [0]);
            Assert.True(!inner.IsExact || inner.Generators.Count == 2, $"{size}: {inner}");
            Assert.NotEqual(false, inner.IsStationary());
        }

        // Next to a kink of 10²⁰·|x|, the effect of |y| is in the sixteenth digit, which the generators keep.
        ClarkeSubdifferential unequal = Clarke.Subdifferential(Objective.OfScalars(x => (Active.Abs(x[0]) * 1e20) + Active.Abs(x[1])), [0, 0]);
        Assert.NotEqual(false, unequal.IsStationary());
        Assert.Contains("coordinate NaN at 1", Assert.Throws<ArgumentException>(() => unequal.Contains([0, double.NaN])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongPointsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => MinimalNormPoint.Of([]));
        Assert.Contains("dimension 1 and 2", Assert.Throws<ArgumentException>(() => MinimalNormPoint.Of([[1], [1, 2]])).Message, StringComparison.Ordinal);
        Assert.Contains("Point 1 of 2 has the coordinate NaN at 0", Assert.Throws<ArgumentException>(() => MinimalNormPoint.Of([[1], [double.NaN]])).Message,
            StringComparison.Ordinal);
    }
}
