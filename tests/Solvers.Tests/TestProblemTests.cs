using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers.Tests;

/// <summary>The catalogue against published facts.</summary>
public class TestProblemTests
{
    public static TheoryData<string> Names => [.. TestProblems.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheStartHasThePublishedValue(string name)
    {
        foreach (int n in (int[])[10, 50, 1000])
        {
            TestProblem problem = TestProblems.Named(name, n);
            double[] start = [.. problem.Start];
            double near = 1e-8 * Math.Max(1, Math.Abs(problem.StartValue));
            Assert.Equal(problem.StartValue, problem.Value(start), near);
            Assert.Equal(problem.StartValue, problem.Objective.Value(start), near);
        }
    }

    [Theory]
    [InlineData("gen-mxhilb", 2.92896825, 4.49920534, 7.48547086)]
    [InlineData("chained-lq", 9, 49, 999)]
    [InlineData("chained-cb3-1", 180, 980, 19980)]
    [InlineData("chained-cb3-2", 180, 980, 19980)]
    [InlineData("active-faces", 2.39789527, 3.93182563, 6.90875478)]
    [InlineData("brown2", 18, 98, 1998)]
    [InlineData("chained-mifflin2", 42.75, 232.75, 4745.25)]
    [InlineData("chained-crescent-1", 52.25, 292.25, 5992.25)]
    [InlineData("chained-crescent-2", 52.25, 292.25, 5992.25)]
    public void LargeProblemsStartAtThePublishedValues(string name, double of10, double of50, double of1000)
    {
        foreach ((int n, double expected) in (ReadOnlySpan<(int, double)>)[(10, of10), (50, of50), (1000, of1000)])
        {
            TestProblem problem = TestProblems.Named(name, n);
            Assert.Equal(expected, problem.Value([.. problem.Start]), 1e-8 * expected);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheMinimiserHasTheOptimalValue(string name)
    {
        TestProblem problem = TestProblems.Named(name);
        if (problem.Minimizer is not { } minimizer)
            return;
        Assert.Equal(0, problem.Gap(problem.Value([.. minimizer]))!.Value, problem.MinimizerAccuracy);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheGradientIsTheDerivativeAwayFromKinks(string name)
    {
        TestProblem problem = TestProblems.Named(name, 12);
        double[] point = Drawn(problem, 3, 0.4), direction = new double[point.Length];
        new Philox(3, 1).Normal<double>(direction, 0, 1);
        (_, double[] gradient) = problem.Objective.Gradient(point);
        const double step = 1e-6;
        double ahead = problem.Value([.. point.Select((x, i) => x + (step * direction[i]))]),
            behind = problem.Value([.. point.Select((x, i) => x - (step * direction[i]))]);
        double slope = gradient.Zip(direction, (g, d) => g * d).Sum(), scale = gradient.Zip(direction, (g, d) => Math.Abs(g * d)).Sum();
        Assert.Equal((ahead - behind) / (2 * step), slope, 1e-5 * Math.Max(1, scale));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatIsCalledConvexLiesBelowItsChordsAndWhatIsNotDoesNotAlways(string name)
    {
        TestProblem problem = TestProblems.Named(name, 10);
        bool violated = false;
        for (ulong draw = 0; draw < 2000; draw++)
        {
            // Includes chords along one coordinate, where other terms of a sum do not hide a nonconvexity.
            double width = draw % 2 == 0 ? 0.5 : 3;
            double[] x = Drawn(problem, (2 * draw) + 10, width), y = Drawn(problem, (2 * draw) + 11, width);
            int kept = (int)(draw % (ulong)(x.Length + 1));
            if (kept < x.Length)
                y = [.. x.Select((value, i) => i == kept ? y[i] : value)];
            double chord = 0.5 * (problem.Value(x) + problem.Value(y)), middle = problem.Value([.. x.Zip(y, (a, b) => 0.5 * (a + b))]);
            violated |= middle > chord + (1e-9 * Math.Max(1, Math.Abs(chord)));
        }

        Assert.Equal(problem.IsConvex, !violated);
    }

    [Fact]
    public void TheActivePiecesOfCb2BalanceWithTheKnownMultiplier()
    {
        TestProblem problem = TestProblems.Named("cb2");
        double x = problem.Minimizer![0], y = problem.Minimizer[1];
        MinimalNormPoint nearest = MinimalNormPoint.Of([[2 * x, 4 * y * y * y], [2 * (x - 2), 2 * (y - 2)]]);
        Assert.Equal(0.4304811740, nearest.Weights[0], 1e-9);
        Assert.Equal(0, Math.Sqrt(nearest.Point.Sum(v => v * v)), 1e-9);
    }

    [Fact]
    public void HilbertProductsAgreeWithTheMatrix()
    {
        foreach (int n in (int[])[2, 3, 17, 64])
        {
            double[] x = new double[n];
            new Philox(5, (ulong)n).Normal<double>(x, 0, 1);
            double[] product = new HilbertOperator(n).Apply(x);
            for (int i = 0; i < n; i++)
                Assert.Equal(x.Select((value, j) => value / (i + j + 1)).Sum(), product[i], 1e-13 * n);
        }
    }

    [Fact]
    public void UnknownNamesAndWrongDimensionsAreRefused()
    {
        Assert.Contains("'nothing'", Assert.Throws<ArgumentException>(() => TestProblems.Named("nothing")).Message, StringComparison.Ordinal);
        Assert.Contains("'nothing'", Assert.Throws<ArgumentException>(() => TestProblems.Suite("nothing")).Message, StringComparison.Ordinal);
        Assert.Contains("1", Assert.Throws<ArgumentOutOfRangeException>(() => TestProblems.Named("brown2", 1)).Message, StringComparison.Ordinal);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => TestProblems.Named("cb2").Value([1, 2, 3])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, -1)]
    [InlineData(10, -6.51461421)]
    [InlineData(50, -34.7951814)]
    [InlineData(1000, -706.55)]
    public void TheOptimumOfTheChainedSecondFunctionOfMifflinIsThePublishedOne(int n, double published) =>
        Assert.Equal(published, TestProblems.Named("chained-mifflin2", n).Optimum!.Value, n == 1000 ? 5e-3 : 1e-8);

    // A point near the start or near the minimiser, where nonconvexity shows.
    private static double[] Drawn(TestProblem problem, ulong draw, double width)
    {
        double[] point = new double[problem.Dimension];
        new Philox(draw, 7).Uniform<double>(point, -width, width);
        IReadOnlyList<double> centre = draw % 4 < 2 ? problem.Start : problem.Minimizer ?? problem.Start;
        for (int i = 0; i < point.Length; i++)
            point[i] += draw % 3 == 0 ? 0 : centre[i];
        return point;
    }

    [Theory]
    [InlineData("chained-mifflin2")]
    [InlineData("maxquad")]
    public void GradientsAreWrittenIntoGivenMemory(string name)
    {
        TestProblem problem = TestProblems.Named(name, 30);
        double[] point = [.. problem.Start], there = new double[point.Length];
        (double value, double[] gradient) = problem.Objective.Gradient(point);
        Assert.Equal(value, problem.Objective.Gradient(point, there));
        Assert.Equal(gradient, there);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => problem.Objective.Gradient(point, new double[3])).Message, StringComparison.Ordinal);
    }
}
