using ConservativeAD.Kernels;
using ConservativeAD.Studies.Gradients;

namespace ConservativeAD.Studies.Tests.Gradients;

/// <summary>Distances from the convex hull of a few gradients.</summary>
public class HullDistanceTests
{
    [Fact]
    public void DistancesFromATriangleAreThoseOfItsCornersSidesAndInside()
    {
        double[][][] triangle = [[[1, 1]], [[3, 1]], [[1, 3]]];
        Assert.Equal(0, HullDistance.Relative([[1.5, 1.5]], triangle), 12);
        Assert.Equal(0, HullDistance.Relative([[3, 1]], triangle));
        Assert.Equal(1 / Math.Sqrt(5), HullDistance.Relative([[2, 0]], triangle), 12);
        Assert.Equal(Math.Sqrt(2) / Math.Sqrt(2), HullDistance.Relative([[0, 0]], triangle), 12);
        Assert.Equal(Math.Sqrt(2) / Math.Sqrt(8), HullDistance.Relative([[3, 3]], triangle), 12);
    }

    [Fact]
    public void EqualElementsAndZerosAreNoTrouble()
    {
        Assert.Equal(0, HullDistance.Relative([[1f], [2f]], [[[1f], [2f]], [[1f], [2f]]]));
        Assert.Equal(0.5, HullDistance.Relative([[3f]], [[[2f]], [[2f]]]), 12);
        Assert.Equal(double.PositiveInfinity, HullDistance.Relative([[3f]], [[[0f]]]));
        Assert.Equal(double.NaN, HullDistance.Relative([[float.NaN]], [[[1f]], [[2f]]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HullDistance.Relative([[1.0]], []));
    }

    [Fact]
    public void NoOtherWeightsAreNearer()
    {
        Philox random = new(3, 5);
        for (int trial = 0; trial < 50; trial++)
        {
            double[] draws = new double[40];
            random.Normal<double>(draws, 0, 1, (ulong)trial * 40);
            double[][] vectors = [.. draws.Chunk(5 + (trial % 4)).Take(4)];
            double[,] gram = new double[4, 4];
            for (int i = 0; i < 4; i++)
            {
                for (int j = 0; j < 4; j++)
                    gram[i, j] = vectors[i].Zip(vectors[j], (a, b) => a * b).Sum();
            }

            double[] weights = HullDistance.Nearest(gram);
            Assert.Equal(1, weights.Sum(), 9);
            double[] nearest = [.. Enumerable.Range(0, vectors[0].Length).Select(k => weights.Zip(vectors, (weight, vector) => weight * vector[k]).Sum())];
            double square = nearest.Sum(a => a * a);
            // The point of least norm is the one that no vector of the hull is behind.
            Assert.All(vectors, vector => Assert.True(vector.Zip(nearest, (a, b) => a * b).Sum() >= square - 1e-9));
        }
    }
}
