using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using CsCheck;

namespace ConservativeAD.Tests.Geometry;

/// <summary>Points of least norm of hulls with ties, duplicates and many points: enumerated faces, known answers and the optimality condition.</summary>
public class HullTests
{
    private static readonly Gen<double> Coordinate = Gen.OneOf(Gen.Int[-3, 3].Select(i => (double)i), Gen.Int[0, 2].Select(i => (double)i), Gen.Double[-1, 2]);

    [Fact]
    public void TheNearestPointIsThatOfTheNearestFace()
    {
        int onFaces = 0;
        Samples.Check(Gen.Int[1, 5].SelectMany(dimension => Coordinate.Array[dimension].Array[1, 8]), 3000, drawn =>
        {
            double[][] points = [.. drawn, .. drawn[..(drawn.Length / 3)]];
            MinimalNormPoint found = Solved(points);
            Assert.Equal(NearestFace(drawn), Norm(found.Point), 1e-10);
            if (found.Distance.Lower > 0)
                Interlocked.Increment(ref onFaces);
        });
        Assert.True(onFaces > 1000, $"{onFaces}");
    }

    [Fact]
    public void OrderAndRepetitionChangeNothing()
    {
        Samples.Check(Gen.Select(Gen.Int[1, 6].SelectMany(dimension => Coordinate.Array[dimension].Array[1, 40]), Gen.Int[0, 1000]), 500, drawn =>
        {
            (double[][] points, int seed) = drawn;
            double size = Math.Max(1, points.Max(Norm)), least = Norm(Solved(points).Point);
            double[][] mixed = [.. points, .. points, .. points];
            new Random(seed).Shuffle(mixed);
            Assert.Equal(least, Norm(Solved(mixed).Point), 1e-13 * size);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(30)]
    [InlineData(1000)]
    public void TheSimplexIsNearestAtItsCentre(int count)
    {
        double[][] points = Corners(count);
        MinimalNormPoint found = Solved(points);
        Assert.Equal(1 / Math.Sqrt(count), found.Distance.Lower, 1e-13);
        Assert.Equal(found.Distance.Lower, found.Distance.Upper);
        Assert.All(found.Weights, weight => Assert.Equal(1.0 / count, weight, 1e-14));
    }

    public static TheoryData<string, double[][]> Around0 => new()
    {
        { "inside", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]] },
        { "on a facet", [[1, 0, 0], [0, 1, 0], [-1, -1, 0], [5, 5, 5]] },
        { "on an edge", [[2, 4, -6], [-1, -2, 3], [7, 0, 1], [0, 9, 1]] },
        { "a vertex", [[1, 2, 3], [0, 0, 0], [4, 0, 1]] },
        { "a vertex twice", [[0, 0, 0], [1, 2, 3], [0, 0, 0]] },
        { "the only point", [[0, 0]] },
        { "the middle of a cube", [.. Enumerable.Range(0, 1024).Select(k => Enumerable.Range(0, 10).Select(i => (2.0 * ((k >> i) & 1)) - 1).ToArray())] },
        { "in a grid", [.. Enumerable.Range(0, 625).Select(k => new double[] { (k % 5) - 2, (k / 5 % 5) - 2, (k / 25 % 5) - 2, (k / 125) - 2 })] },
        { "between many on a line", [.. Enumerable.Range(0, 2000).Select(k => new double[] { k - 700, 2 * (k - 700) })] },
    };

    [Theory]
    [MemberData(nameof(Around0))]
    public void ZeroIsFoundWhereverItLies(string where, double[][] points)
    {
        MinimalNormPoint found = Solved(points);
        Assert.True(found.Distance.Upper <= 1e-15 * points.Max(Norm) && found.Distance.Lower <= found.Distance.Upper, $"{where}: {found.Distance}");
    }

    [Fact]
    public void ManyPointsOnOneFaceAreOneAnswer()
    {
        // A prism over a polygon of 2000 corners, an edge, and a facet that holds the nearest point of thousands of affinely dependent ones.
        double[][] prism = [.. Enumerable.Range(0, 4000).Select(k =>
            new[] { 1 + (k % 2), Math.Cos(k / 2 * Math.PI / 1000), Math.Sin(k / 2 * Math.PI / 1000) })];
        double[][] edge = [.. Enumerable.Range(0, 3000).Select(k => new[] { 3.0, k - 1234.25, 4 })];
        double[][] facet = [.. Enumerable.Range(0, 3125).Select(k =>
            new double[] { (k % 5) - 1, (k / 5 % 5) - 2, (k / 25 % 5) - 3, (k / 125 % 5) - 1, 10 + (k / 625) })];
        foreach ((double[][] points, double distance) in ((double[][], double)[])[(prism, 1), (edge, 5), (facet, 10)])
        {
            MinimalNormPoint found = Solved(points);
            Assert.Equal(distance, found.Distance.Lower, 1e-13 * distance);
            Assert.Equal(distance, found.Distance.Upper, 1e-13 * distance);
        }
    }

    [Theory]
    [InlineData(10_000, 100, 0.3, 1)]
    [InlineData(10_000, 100, 0, 1)]
    [InlineData(300, 400, 0.1, 1)]
    [InlineData(1000, 30, 1, 1e-7)]
    [InlineData(1000, 30, 1, 1e-12)]
    public void ManyPointsInManyDimensionsAreSolvedAndProved(int count, int dimension, double centre, double spread)
    {
        double[] numbers = new double[count * dimension];
        new Philox(13, (ulong)dimension).Normal<double>(numbers, centre, spread);
        MinimalNormPoint found = Solved([.. numbers.Chunk(dimension)]);
        Assert.True(centre == 0 ? found.Distance.Upper < 1e-14 : found.Distance.Lower == found.Distance.Upper && found.Distance.Lower > 0, $"{found.Distance}");
    }

    // Gradients of two smooth pieces from close by: their differences within a piece have a few digits only.
    [Fact]
    public void ClustersKeepTheDigitsInWhichTheyDiffer()
    {
        for (int trial = 0; trial < 200; trial++)
        {
            double spread = Math.Pow(10, -4 - (trial % 9));
            double[] numbers = new double[40 * 12];
            new Philox(17, (ulong)trial).Normal<double>(numbers, 0, spread);
            double[][] points = [.. numbers.Chunk(12)];
            for (int i = 0; i < points.Length; i++)
            {
                points[i][0] += 1;
                points[i][1] += i % 2 == 0 ? 1 : -1;
            }

            MinimalNormPoint found = Solved(points);
            int heaviest = Array.IndexOf(found.Weights, found.Weights.Max());
            foreach (double[] point in points)
            {
                double ahead = point.Zip(points[heaviest], (a, b) => a - b).Zip(found.Point, (a, b) => a * b).Sum();
                Assert.True(ahead >= -1e-14 * point.Zip(points[heaviest], (a, b) => Math.Abs(a - b)).Sum(), $"trial {trial}: {ahead}");
            }
        }
    }

    [Fact]
    public void PointsOfAllSizesAreSolvedOrBounded()
    {
        for (int trial = 0; trial < 100; trial++)
        {
            double[] numbers = new double[61 * 10];
            new Philox(19, (ulong)trial).Normal<double>(numbers, 0, 1);
            double[][] points = [.. numbers.Chunk(10).Select((point, i) => point.Select(x => x * Math.Pow(10, (5 * i) - 150)).ToArray())];
            new Random(trial).Shuffle(points);
            MinimalNormPoint around = MinimalNormPoint.Of(points);
            Assert.True(around.Distance.Lower <= around.Distance.Upper && around.Distance.Upper <= points.Min(Norm) * (1 + 1e-14),
                $"{around.Distance.Lower:E3} to {around.Distance.Upper:E3}");

            // Where all coordinates are positive, the distance is that of the smallest points.
            MinimalNormPoint beside = MinimalNormPoint.Of([.. points.Select(point => point.Select(Math.Abs).ToArray())]);
            Assert.True(beside.Distance.Upper <= points.Min(Norm) * (1 + 1e-14) && beside.Distance.Upper <= beside.Distance.Lower * 1.1,
                $"{beside.Distance.Lower:E3} to {beside.Distance.Upper:E3}");
        }
    }

    [Fact]
    public void CornersThatOnlyGradientsTellAreMixed()
    {
        const int Count = 400;
        ClarkeSubdifferential simplex = Clarke.Subdifferential(Objective.OfTensor(x => x.Max()), new double[Count], 1000, 0, SetMethod.Regularity);
        Assert.All(simplex.MinimalNormElement, coordinate => Assert.Equal(1.0 / Count, coordinate, 1e-12));
        Assert.Equal(1 / Math.Sqrt(Count), simplex.Distance.Lower, 1e-12);
        Assert.Equal(1 / Math.Sqrt(Count), simplex.Distance.Upper, 1e-12);
        Assert.True(simplex.Contains(Enumerable.Range(0, Count).Select(i => i < 4 ? 0.25 : 0).ToArray()));
        Assert.False(simplex.Contains(Enumerable.Range(0, Count).Select(i => i < 4 ? 0.2501 : 0).ToArray()));

        // With equal numbers twice, a corner is the mean of two units or either of them.
        ClarkeSubdifferential twice = Clarke.Subdifferential(Objective.OfTensor(x => x.Max() + (x.Reshape(2, Count / 2).Max(0).Sum() * 0.5)),
            new double[Count], 1000, 0, SetMethod.Regularity);
        Assert.Equal((1 / Math.Sqrt(Count)) + (Math.Sqrt(Count) / 4), twice.Distance.Upper, 1e-12);
        Assert.Equal(twice.Distance.Upper, twice.Distance.Lower, 1e-8);
    }

    // The answer holds its contract, and no point of the hull is behind the plane through the nearest one.
    private static MinimalNormPoint Solved(double[][] points)
    {
        MinimalNormPoint found = MinimalNormPoint.Of(points);
        double size = points.Max(Norm), norm = Norm(found.Point);
        Assert.Equal(1, found.Weights.Sum(), 1e-13);
        Assert.All(found.Weights, weight => Assert.True(weight >= 0));
        Assert.Equal(norm, found.Distance.Upper, 1e-15 * size);
        for (int i = 0; i < found.Point.Length; i++)
            Assert.Equal(found.Point[i], points.Zip(found.Weights, (point, weight) => point[i] * weight).Sum(), 1e-13 * size);
        foreach (double[] point in points)
            Assert.True(point.Zip(found.Point, (a, b) => a * b).Sum() >= (norm * norm) - (1e-14 * size * size), $"{string.Join(' ', point)}: {found}");
        return found;
    }

    // The least norm of the affine hulls whose nearest point is in the hull of their points, over all sets of at most one more points than dimensions.
    private static double NearestFace(double[][] points)
    {
        double least = double.PositiveInfinity;
        for (int face = 1; face < 1 << points.Length; face++)
        {
            double[][] corners = [.. points.Where((_, i) => ((face >> i) & 1) == 1)];
            if (corners.Length <= points[0].Length + 1 && AffineNearest(corners) is { } nearest)
                least = Math.Min(least, Norm(nearest));
        }

        return least;
    }

    // Elimination for Σⱼ ⟨vᵢ, vⱼ⟩wⱼ = m for all i, Σwⱼ = 1; null if the corners are dependent or a weight is negative.
    private static double[]? AffineNearest(double[][] corners)
    {
        int n = corners.Length + 1;
        double[][] rows = [.. Enumerable.Range(0, n).Select(i => (double[])
            [.. Enumerable.Range(0, n).Select(j => i == n - 1 ? j == n - 1 ? 0 : 1 : j == n - 1 ? -1 : corners[i].Zip(corners[j], (a, b) => a * b).Sum()),
                i == n - 1 ? 1 : 0])];
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(i => Math.Abs(rows[i][column]));
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            if (Math.Abs(rows[column][column]) < 1e-9)
                return null;
            for (int i = 0; i < n; i++)
            {
                double factor = i == column ? 0 : rows[i][column] / rows[column][column];
                for (int j = column; j <= n; j++)
                    rows[i][j] -= factor * rows[column][j];
            }
        }

        double[] weights = [.. corners.Select((_, i) => rows[i][n] / rows[i][i])];
        return weights.Min() < -1e-12 ? null : [.. corners[0].Select((_, k) => corners.Select((corner, i) => weights[i] * corner[k]).Sum())];
    }

    private static double[][] Corners(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        double[] corner = new double[count];
        corner[i] = 1;
        return corner;
    })];

    private static double Norm(double[] x)
    {
        double largest = x.Max(Math.Abs);
        return largest == 0 ? 0 : largest * Math.Sqrt(x.Sum(a => a / largest * (a / largest)));
    }
}
