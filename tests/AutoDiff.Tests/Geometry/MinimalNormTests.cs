using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.Geometry;

/// <summary>Points of least norm, against known answers and against the condition that marks them.</summary>
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

    [Fact]
    public void WrongPointsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => MinimalNormPoint.Of([]));
        Assert.Contains("dimension 1 and 2", Assert.Throws<ArgumentException>(() => MinimalNormPoint.Of([[1], [1, 2]])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MinimalNormPoint.Of([[double.NaN]]));
    }
}
