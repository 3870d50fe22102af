using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>The limited-memory bundle method: large problems, bounds.</summary>
public class LimitedMemoryBundleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("CONSERVATIVEAD_SEED"), out ulong seed) ? seed : 1;

    public static TheoryData<string> LargeProblems => [.. TestProblems.Suite("large", 2).Select(problem => problem.Name)];

    [Theory]
    [MemberData(nameof(LargeProblems))]
    public void LargeProblemsAreSolved(string name)
    {
        // The generalised MAXQ shows one variable at a time, and needs about 25 evaluations for each.
        TestProblem problem = TestProblems.Named(name, name == "gen-maxq" ? 200 : 1000);
        SolverResult result = new LimitedMemoryBundle().Minimize(problem.Objective, [.. problem.Start], new SolverOptions { EvaluationLimit = 10_000 },
            cancellation: Cancellation);
        Assert.InRange(problem.Gap(result.Value)!.Value, -1e-9, 1e-5);
        Assert.Equal(result.Value, problem.Value([.. result.Point]), 1e-12 * Math.Max(1, Math.Abs(result.Value)));
        Assert.True(result.StoppingValue >= 0);
    }

    [Fact]
    public void ValuesFallAndBoundsHoldAtEveryStep()
    {
        for (ulong round = 0; round < 40; round++)
        {
            (Objective objective, double[] start, VariableBounds bounds, List<double[]> seen) = RandomProblem(Seed + round, 12);
            Recorded progress = new();
            SolverResult result = new LimitedMemoryBundle(5, 4).Minimize(objective, start, new SolverOptions { Bounds = bounds, EvaluationLimit = 400 },
                progress, Cancellation);
            Assert.All(seen, point => Assert.True(IsWithin(bounds, point)));
            Assert.True(IsWithin(bounds, result.Point));
            Assert.All(progress.Values.Zip(progress.Values.Skip(1)), pair => Assert.True(pair.Second < pair.First));
            Assert.Equal(result.Value, objective.Value([.. result.Point]));
        }
    }

    [Fact]
    public void SeparableFunctionsOverABoxHaveTheirKnownMinimum()
    {
        // Σcᵢ|xᵢ − aᵢ| is least at the projection of a on the box.
        for (ulong round = 0; round < 20; round++)
        {
            Philox random = new(Seed, 7000 + round);
            double[] draws = new double[4 * 30];
            random.Uniform<double>(draws, 0, 1);
            double[] aims = [.. draws[..30].Select(u => (4 * u) - 2)], slopes = [.. draws[30..60].Select(u => 0.1 + u)],
                lower = [.. draws[60..90].Select(u => -u)],
                upper = [.. draws[90..].Select((u, i) => i % 5 == 0 ? lower[i] : i % 5 == 1 ? double.PositiveInfinity : u)];
            if (round % 2 == 1)
                lower[7] = double.NegativeInfinity;
            Objective objective = Objective.OfScalars(x => x.Select((value, i) => slopes[i] * Active.Abs(value - aims[i])).Aggregate((a, b) => a + b));
            SolverResult result = new LimitedMemoryBundle().Minimize(objective, new double[30], new SolverOptions { Bounds = new VariableBounds(lower, upper) },
                cancellation: Cancellation);
            double[] expected = [.. aims.Select((aim, i) => Math.Min(Math.Max(aim, lower[i]), upper[i]))];
            Assert.InRange(result.Value - objective.Value(expected), -1e-12, 1e-6);
        }
    }

    [Theory]
    [InlineData(0.5, 2, 0.25)]
    [InlineData(-3, -1, 1)]
    [InlineData(-1, 1, 0)]
    [InlineData(0.25, double.PositiveInfinity, 0.0625)]
    public void TheLargestSquareOverABoxIsThatOfItsLeastPoint(double lower, double upper, double least)
    {
        TestProblem problem = TestProblems.Named("gen-maxq", 40);
        SolverResult result = new LimitedMemoryBundle().Minimize(problem.Objective, [.. problem.Start],
            new SolverOptions { Bounds = VariableBounds.Uniform(40, lower, upper) }, cancellation: Cancellation);
        Assert.InRange(result.Value - least, -1e-15, 1e-9);
    }

    [Fact]
    public void AMaximumOverABoxHasItsKnownMinimumAndIsStationaryThere()
    {
        // cb2 is convex, so over x₁ ≤ 0.5 it is least on the line x₁ = 0.5, where thirds find the minimum.
        TestProblem problem = TestProblems.Named("cb2");
        double low = -5, high = 5;
        for (int i = 0; i < 200; i++)
        {
            double third = (high - low) / 3;
            (low, high) = problem.Value([0.5, low + third]) < problem.Value([0.5, high - third]) ? (low, high - third) : (low + third, high);
        }

        SolverResult result = new LimitedMemoryBundle().Minimize(problem.Objective, [0.1, -0.1],
            new SolverOptions { Bounds = new VariableBounds([-5, -5], [0.5, 5]) }, cancellation: Cancellation);
        double expected = problem.Value([0.5, low]);
        Assert.InRange(result.Value - expected, -1e-9, 1e-8);
        Assert.Equal(0.5, result.Point[0]);
    }

    [Fact]
    public void BoundsThatDoNotBindChangeNothingOfTheOptimum()
    {
        foreach (string name in (string[])["cb2", "ql", "lq", "maxquad", "chained-lq", "active-faces"])
        {
            TestProblem problem = TestProblems.Named(name);
            SolverResult result = new LimitedMemoryBundle().Minimize(problem.Objective, [.. problem.Start],
                new SolverOptions { Bounds = VariableBounds.Uniform(problem.Dimension, -100, double.PositiveInfinity) }, cancellation: Cancellation);
            Assert.InRange(problem.Gap(result.Value)!.Value, -1e-9, 1e-6);
        }
    }

    [Fact]
    public void AStartOutsideMovesToTheBoxAndAPointIsABox()
    {
        Objective sum = Objective.OfTensor(x => x.Sum());
        SolverResult result = new LimitedMemoryBundle().Minimize(sum, [9, 9, 9], new SolverOptions { Bounds = VariableBounds.Uniform(3, 1, 1) },
            cancellation: Cancellation);
        Assert.Equal([1, 1, 1], result.Point);
        SolverResult corner = new LimitedMemoryBundle().Minimize(sum, [9, 9, 9], new SolverOptions { Bounds = VariableBounds.Uniform(3, -2, 4) },
            cancellation: Cancellation);
        Assert.Equal([-2, -2, -2], corner.Point);
        Assert.Equal((StopReason.Stationary, 0.0), (corner.Reason, corner.Stationarity.Value));
    }

    [Fact]
    public void RunsAreTheSameToTheBit()
    {
        TestProblem problem = TestProblems.Named("chained-mifflin2", 500);
        SolverOptions options = new() { EvaluationLimit = 1500, Seed = 3, Bounds = VariableBounds.Uniform(500, -0.6, 0.6) };
        SolverResult one = new LimitedMemoryBundle().Minimize(problem.Objective, [.. problem.Start], options, cancellation: Cancellation),
            other = new LimitedMemoryBundle().Minimize(problem.Objective, [.. problem.Start], options, cancellation: Cancellation);
        Assert.Equal(one.Point.Select(BitConverter.DoubleToInt64Bits), other.Point.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal((one.Value, one.Evaluations, one.StoppingValue), (other.Value, other.Evaluations, other.StoppingValue));
        Assert.Equal(one.Stationarity, other.Stationarity);
    }

    [Fact]
    public void ValuesThatAreNotFiniteAreStepsThatAreTooLong()
    {
        // x − log x is least at 1, and not defined below 0; the first steps from 40 leave its domain.
        SolverResult result = new LimitedMemoryBundle().Minimize(Objective.OfScalars(x => x[0] - Active.Log(x[0]) + Active.Abs(x[1])), [1e-3, 3],
            cancellation: Cancellation);
        Assert.Equal(1, result.Value, 1e-8);
    }

    [Fact]
    public void WrongBoundsAreSentences()
    {
        Assert.Contains("2 and 1", Assert.Throws<ArgumentException>(() => new VariableBounds([0, 2], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => new VariableBounds([double.NaN], [1])).Message, StringComparison.Ordinal);
        Assert.Contains("variable 0", Assert.Throws<ArgumentException>(() => new VariableBounds([double.PositiveInfinity], [double.PositiveInfinity])).Message,
            StringComparison.Ordinal);
        Assert.Contains("2 lower and 1 upper", Assert.Throws<ArgumentException>(() => new VariableBounds([0, 2], [1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new VariableBounds([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => VariableBounds.Uniform(0, 0, 1));
        TestProblem problem = TestProblems.Named("cb2");
        Assert.Contains("3 variables", Assert.Throws<ArgumentException>(() => new LimitedMemoryBundle().Minimize(problem.Objective, [.. problem.Start],
            new SolverOptions { Bounds = VariableBounds.Uniform(3, 0, 1) }, cancellation: Cancellation)).Message, StringComparison.Ordinal);
        foreach (INonsmoothSolver method in NonsmoothMethods.All.Where(method => method is not LimitedMemoryBundle))
            Assert.Contains(method.Name, Assert.Throws<ArgumentException>(() => method.Minimize(problem.Objective, [.. problem.Start],
                new SolverOptions { Bounds = VariableBounds.Uniform(2, 0, 1) }, cancellation: Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(() => new LimitedMemoryBundle(0)).Message, StringComparison.Ordinal);
        Assert.Contains("1", Assert.Throws<ArgumentOutOfRangeException>(() => new LimitedMemoryBundle(7, 1)).Message, StringComparison.Ordinal);
    }

    // A maximum of affine functions plus a sum of absolute values and a wave, over a box some of whose sides are open and some flat.
    private static (Objective Objective, double[] Start, VariableBounds Bounds, List<double[]> Seen) RandomProblem(ulong seed, int n)
    {
        double[] draws = new double[(5 * n) + (3 * n)];
        new Philox(seed, 9).Normal<double>(draws, 0, 1);
        List<double[]> seen = [];
        Objective objective = Objective.OfScalars(x =>
        {
            seen.Add([.. x.Select(value => value.Value)]);
            Active[] pieces = [.. Enumerable.Range(0, 5).Select(k => x.Select((value, i) => value * draws[(k * n) + i]).Aggregate((a, b) => a + b))];
            Active sum = x.Select((value, i) => Active.Abs(value - draws[(5 * n) + i]) + (0.3 * Active.Cos(3 * value))).Aggregate((a, b) => a + b);
            return sum + pieces.Aggregate(Active.Max);
        });
        double[] lower = [.. Enumerable.Range(0, n).Select(i => i % 4 == 0 ? double.NegativeInfinity : -Math.Abs(draws[(6 * n) + i]))];
        double[] upper = [.. Enumerable.Range(0, n).Select(i => i % 3 == 0 ? double.PositiveInfinity
            : i % 7 == 1 && i % 4 != 0 ? lower[i] : Math.Abs(draws[(7 * n) + i]))];
        return (objective, [.. draws[..n].Select(value => 2 * value)], new VariableBounds(lower, upper), seen);
    }

    private static bool IsWithin(VariableBounds bounds, IReadOnlyList<double> point) =>
        Enumerable.Range(0, point.Count).All(i => point[i] >= bounds.Lower[i] && point[i] <= bounds.Upper[i]);

    private sealed class Recorded : IProgress<SolverProgress>
    {
        public List<double> Values { get; } = [];

        public void Report(SolverProgress value) => Values.Add(value.Value);
    }
}
