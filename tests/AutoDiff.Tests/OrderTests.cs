using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Quantiles, places, positions and different numbers.</summary>
public sealed class OrderTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData(QuantileInterpolation.Linear, 2.2, 2.5)]
    [InlineData(QuantileInterpolation.Lower, 2, 2)]
    [InlineData(QuantileInterpolation.Higher, 3, 3)]
    [InlineData(QuantileInterpolation.Midpoint, 2.5, 2.5)]
    [InlineData(QuantileInterpolation.Nearest, 2, 3)]
    public void QuantilesBetweenTwoElementsAreInterpolated(QuantileInterpolation interpolation, double atFourTenths, double atHalf)
    {
        Var<double> x = tape.Variable([4], [3, 1, 4, 2]);
        Assert.Equal(atFourTenths, x.Quantile(0.4, interpolation: interpolation).GetScalar(), 1e-15);
        Assert.Equal(atHalf, x.Quantile(0.5, interpolation: interpolation).GetScalar(), 1e-15);
        Assert.Equal(1, x.Quantile(0, interpolation: interpolation).GetScalar());
        Assert.Equal(4, x.Quantile(1, interpolation: interpolation).GetScalar());
        Assert.Equal(2, x.Quantile(1 / 3.0, interpolation: interpolation).GetScalar());
        Assert.Equal(atHalf, x.Median(0, false, interpolation).GetScalar());
        Assert.Equal(7, tape.Variable([1, 1], [7]).Quantile(0.3, 0, true, interpolation).GetScalar());
    }

    [Fact]
    public void QuantilesAreTakenAlongAnyAxes()
    {
        double[] elements = [.. Enumerable.Range(0, 24).Select(i => (double)(i * 7 % 24))];
        Var<double> x = tape.Variable([2, 3, 4], elements);
        Assert.Equal([2, 4], x.Median(1).Shape.ToArray());
        Assert.Equal([2, 1, 4], x.Median(1, true).Shape.ToArray());
        Assert.Equal(Enumerable.Range(0, 8).Select(i => elements[(i / 4 * 12) + (i % 4) + 4]).Count(), x.KthSmallest(2, 1).Shape.Count);
        for (int i = 0; i < 8; i++)
        {
            double[] lane = [.. Enumerable.Range(0, 3).Select(j => elements[(i / 4 * 12) + (j * 4) + (i % 4)]).Order()];
            Assert.Equal(lane[1], x.Median(1).ToArray()[i]);
            Assert.Equal(lane[2], x.KthLargest(1, 1).ToArray()[i]);
        }

        Assert.Equal(11.5, x.Median([0, 1, 2]).GetScalar());
        Assert.Equal([3, 1], x.Quantile(0.5, [0, 2]).Unsqueeze(1).Shape.ToArray());
        Assert.Equal(1.25e308, tape.Variable([2], [1e308, 1.5e308]).Median().GetScalar(), 1e293);
    }

    [Fact]
    public void WhatIsNoQuantileIsRefused()
    {
        Var<double> x = tape.Variable([2, 3], new double[6]);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => x.Quantile(1.5)).Message, StringComparison.Ordinal);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => x.Quantile(double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentOutOfRangeException>(() => x.KthSmallest(4)).Message, StringComparison.Ordinal);
        Assert.Contains("from 1 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => x.KthLargest(0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 0]", Assert.Throws<ArgumentException>(() => tape.Variable([2, 0], []).Median()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tape.Variable([], [1]).Median());
    }

    [Fact]
    public void TiesThatAreNotTakenAreNoKinks()
    {
        foreach (Func<Var<double>, Var<double>> program in (Func<Var<double>, Var<double>>[])[v => v.Median(), v => v.KthSmallest(3), v => v.Quantile(0.5)])
        {
            Var<double> x = tape.Variable([5], [9, 1, 5, 1, 9]);
            ClarkeGradient<double> result = tape.ClarkeGradient(program(x));
            Assert.True(result.Certificate.IsDifferentiable, result.Certificate.ToString());
            Assert.Equal([0, 0, 1, 0, 0], result.Gradients[x].ToArray());
        }
    }

    [Fact]
    public void TheSetsOfOrderStatisticsAreThoseOfPermutations()
    {
        // The second smallest of (1, 1, 2) is 1 from either; the mean of the two middle ones of (0, 1, 1, 1) takes any two of three.
        ClarkeSubdifferential second = Clarke.Subdifferential(Objective.OfTensor(v => v.KthSmallest(2)), [1, 1, 2]);
        Assert.True(second.Contains([0.3, 0.7, 0]));
        Assert.False(second.Contains([0.3, 0.6, 0.1]));
        ClarkeSubdifferential median = Clarke.Subdifferential(Objective.OfTensor(v => v.Median()), [0, 1, 1, 1]);
        Assert.True(median.Contains([0, 1.0 / 3, 1.0 / 3, 1.0 / 3]));
        Assert.True(median.Contains([0, 0.5, 0.5, 0]));
        Assert.False(median.Contains([0, 0.6, 0.4, 0]));
        Assert.Equal(0.5, Clarke.DirectionalDerivative(Objective.OfTensor(v => v.Median()), [0, 1, 1, 1], [0, 0, 1, 2]), 1e-15);
    }

    [Fact]
    public void PositionsAreThoseOfTheFirstOfEqualElements()
    {
        Var<double> x = tape.Variable([2, 4], [3, 5, 5, 1, 2, 2, 7, 7]);
        Assert.Equal([1, 2], x.ArgMax(1).ToArray());
        Assert.Equal([0, 0, 1, 1], x.ArgMax(0).ToArray());
        Assert.Equal([3, 0], x.ArgMin(1).ToArray());
        Assert.Equal([2, 1], x.ArgMax(1, true).Shape.ToArray());
        Assert.Equal(6, x.ArgMax().GetScalar());
        Assert.Equal(3, x.ArgMin([0, 1]).GetScalar());
        Assert.Equal([6], x.Reshape(1, 2, 4).ArgMax([1, 2]).ToArray());
        Assert.Equal([3, 5], tape.Variable([2], [3.0, 5]).Gather(0, tape.Variable([2], [1.0, 2]).ArgSort()).ToArray());
        Assert.Equal([3, 0, 1, 2, 0, 1, 2, 3], x.ArgSort().ToArray());
        Assert.Equal([1, 2, 0, 3, 2, 3, 0, 1], x.ArgSort(descending: true).ToArray());
        Assert.Equal([1, 1, 0, 0, 0, 0, 1, 1], x.ArgSort(0).ToArray());
        (Var<double> values, NDArray<int> indices) = x.TopKWithIndices(3);
        Assert.Equal([5, 5, 3, 7, 7, 2], values.ToArray());
        Assert.Equal([1, 2, 0, 2, 3, 0], indices.ToArray());
        Assert.Equal([3, 5, 7, 7], x.TopK(1, 0).ToArray());
        Assert.Equal([1, 0], tape.Variable([2], [1, double.NaN]).ArgSort(descending: true).ToArray().Select(place => 1 - place));
        Assert.Equal(1, tape.Variable([3], [1, double.NaN, 5]).ArgMax().GetScalar());
        Assert.Equal(1, tape.Variable([3], [1, double.NaN, 0]).ArgMin().GetScalar());
        Assert.Contains("[2, 0]", Assert.Throws<ArgumentException>(() => tape.Variable([2, 0], []).ArgMax(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereTheyTieNothingIsCertified()
    {
        Func<Var<double>, Var<double>>[] programs =
        [
            x => x.Square().Gather(0, x.ArgMax(0, true)).Sum(),
            x => (x.Square() * x.Tape.Constant([3], [1.0, 2, 3])).Gather(0, x.ArgSort()).Slice(0, 0, 1).Sum(),
            x => x.Square().Gather(0, x.TopKWithIndices(2).Indices).Sum(), x => x.Square().Take(0, x.Unique().First).Sum(),
            x => x.Square().Gather(0, x.SearchSorted(x.Tape.Constant([1], [1.0]))).Sum(),
            x => Operations.Where(x.Any([0]), x.Sum(), x.Square().Sum() + 3.0), x => x.All() ? x.Sum() : x.Square().Sum() + 3.0,
        ];
        foreach (Func<Var<double>, Var<double>> program in programs)
        {
            using Tape<double> tied = new(), apart = new();
            Assert.Equal(ObstacleKind.TiedMask, tied.ClarkeGradient(program(tied.Variable([3], [0, 1, 1]))).Certificate.Obstacles[0].Kind);
            Assert.True(apart.ClarkeGradient(program(apart.Variable([3], [0.5, 0.7, 2]))).Certificate.IsCertified);
        }
    }

    [Fact]
    public void DifferentNumbersAreListedOnce()
    {
        (double[] values, int[] first, NDArray<int> inverse, int[] counts) = tape.Variable([2, 4], [3, double.NaN, 1, 0, -0.0, 3, double.NaN, 3]).Unique();
        Assert.Equal([0, 1, 3, double.NaN], values);
        Assert.Equal([3, 2, 0, 1], first);
        Assert.Equal([2, 1, 3, 2], counts);
        Assert.Equal([2, 3, 1, 0, 0, 2, 3, 2], inverse.ToArray());
        Assert.Equal([2, 4], inverse.Shape.ToArray());
        Assert.Empty(tape.Variable([0, 3], []).Unique().Values);
    }

    [Fact]
    public void PlacesInSortedRowsAreBeforeOrBehindEqualElements()
    {
        Var<double> row = tape.Variable([4], [1, 2, 2, 5]), asked = tape.Variable([2, 3], [0, 2, 3, 5, 9, double.NaN]);
        Assert.Equal([0, 1, 3, 3, 4, 4], row.SearchSorted(asked).ToArray());
        Assert.Equal([0, 3, 3, 4, 4, 4], row.SearchSorted(asked, true).ToArray());
        Var<double> rows = tape.Variable([2, 2], [1, 2, 10, 20]);
        Assert.Equal([0, 1, 2, 0, 0, 1], rows.SearchSorted(tape.Variable([2, 3], [0, 1.5, 3, 0, 1, 15])).ToArray());
        Assert.Equal([0, 0], tape.Variable([0], []).SearchSorted(tape.Variable([2], [1, 2])).ToArray());
        Assert.Contains("ascending", Assert.Throws<ArgumentException>(() => tape.Variable([2], [2, 1]).SearchSorted(row)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", Assert.Throws<ArgumentException>(() => rows.SearchSorted(row)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyAndAllAskForNumbersOtherThanZero()
    {
        Var<double> x = tape.Variable([2, 3], [0, -0.0, 0, 1, double.NaN, 0]);
        Assert.Equal([0, 1], x.Any([1]).ToArray());
        Assert.Equal([0, 0], x.All([1]).ToArray());
        Assert.Equal([1, 1, 0], x.Any([0]).ToArray());
        Assert.Equal([2, 1], x.Any([-1], true).Shape.ToArray());
        Assert.True(x.Any() && !x.All());
        Assert.True(tape.Variable([0], []).All() && !tape.Variable([0], []).Any());
    }

    [Theory]
    [InlineData(-5, 3, 1)]
    [InlineData(5, -3, -1)]
    [InlineData(-5, -3, -2)]
    [InlineData(5.5, 2, 1.5)]
    [InlineData(-6, 3, 0)]
    [InlineData(5, double.PositiveInfinity, 5)]
    [InlineData(-5, double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(-1e-20, 1, 1)]
    [InlineData(3, 0, double.NaN)]
    [InlineData(double.PositiveInfinity, 2, double.NaN)]
    [InlineData(double.NaN, 2, double.NaN)]
    public void FlooredRemaindersAreThoseOfPython(double x, double y, double expected) =>
        Assert.Equal(expected, tape.Variable([], [x]).FlooredRemainder(tape.Variable([], [y])).GetScalar());

    /// <summary>Several quantiles at once are those one by one, with their gradients and no kinks of places between them.</summary>
    [Fact]
    public void SeveralQuantilesAreThoseOneByOne()
    {
        double[] q = [0.9, 0, 0.5, 0.5, 1, 0.3];
        double[] numbers = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
        foreach (int axis in (int[])[0, 1, -1])
        {
            foreach (bool keepAxis in (bool[])[false, true])
            {
                using Tape<double> tape = new(), other = new();
                Var<double> x = tape.Variable([3, 4], numbers), x2 = other.Variable([3, 4], numbers);
                Var<double> together = x.Quantile(q, axis, keepAxis);
                Var<double> apart = Operations.Stack(0, Array.ConvertAll(q, one => x2.Quantile(one, axis, keepAxis)));
                Assert.Equal(apart.Shape, together.Shape);
                Assert.Equal(apart.ToArray(), together.ToArray());
                Assert.Equal(other.Backward(apart.Square().Sum())[x2].ToArray(), tape.Backward(together.Square().Sum())[x].ToArray(), Near);
            }
        }

        using Tape<double> tied = new();
        Var<double> ends = tied.Variable([5], [1, 2, 2, 2, 3]).Quantile([0.0, 1.0]);
        Assert.Equal([1, 3], ends.ToArray());
        Assert.Equal(0, tied.CountKinks());
        Assert.True(double.IsNaN(tied.Constant([2], [1, double.NaN]).Quantile([0.0, 0.5]).ToArray()[0]));
        Assert.Throws<ArgumentException>(() => tied.Constant([2], [1, 2]).Quantile([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tied.Constant([2], [1, 2]).Quantile([0.5, 1.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tied.Constant([2], [1, 2]).Quantile([double.NaN]));
        Assert.Throws<ArgumentException>(() => tied.Constant([0], []).Quantile([0.5]));
        Assert.Throws<ArgumentException>(() => tied.Constant(1.0).Quantile([0.5]));

        static bool Near(double x, double y) => Math.Abs(x - y) <= 1e-12 * (1 + Math.Abs(x));
    }
}
