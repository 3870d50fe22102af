using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>The methods for constrained problems: random problems with known solutions, bounds, warm starts, limits, and what their results claim.</summary>
public class ConstrainedMethodTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("CONSERVATIVEAD_SEED"), out ulong seed) ? seed : 1;

    public static TheoryData<string> Methods => [.. ConstrainedMethods.Names];

    [Theory]
    [MemberData(nameof(Methods))]
    public void RandomProjectionsOnPolyhedraHaveTheirConstructedSolution(string method)
    {
        // x* solves min ½|x − c|² subject to Ax ≤ b if c = x* + A'λ with λ ≥ 0 and λᵢ = 0 where Ax* < b.
        for (ulong round = 0; round < 15; round++)
        {
            const int n = 6, m = 9, active = 4;
            double[] draws = new double[(n * m) + n + m];
            new Philox(Seed, 900 + round).Normal<double>(draws, 0, 1);
            double[][] rows = [.. Enumerable.Range(0, m).Select(i => draws[(n * i)..(n * (i + 1))])];
            double[] solution = draws[(n * m)..((n * m) + n)], rest = draws[((n * m) + n)..];
            double[] multipliers = [.. rest.Select((value, i) => i < active ? Math.Abs(value) + 0.1 : 0)];
            double[] sides = [.. rows.Select((row, i) => Dot(row, solution) + (i < active ? 0 : Math.Abs(rest[i]) + 0.1))];
            double[] centre = [.. solution.Select((value, j) => value + rows.Select((row, i) => row[j] * multipliers[i]).Sum())];
            ConstrainedResult result = ConstrainedMethods.Named(method).Minimize(
                ConstrainedProblem.OfScalars(
                    x => 0.5 * Sum([.. x.Select((value, j) => (value - centre[j]) * (value - centre[j]))]),
                    x => [.. rows.Select((row, i) => Sum([.. x.Select((value, j) => row[j] * value)]) - sides[i])]),
                new double[n], cancellation: Cancellation);
            Assert.True(result.Reason == StopReason.Stationary, $"{round}: {result.Explanation}");
            Assert.All(result.Point.Zip(solution), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
            Assert.All(result.InequalityMultipliers.Zip(multipliers), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void RandomMedianProblemsHaveTheirKnownOptimum(string method)
    {
        // Σcᵢ|xᵢ − aᵢ| subject to Σxᵢ = Σaᵢ + s costs |s| times the least of the cᵢ.
        for (ulong round = 0; round < 10; round++)
        {
            const int n = 7;
            double[] draws = new double[(3 * n) + 1];
            new Philox(Seed, 950 + round).Uniform<double>(draws, -1, 1);
            double[] aims = draws[..n], weights = [.. draws[n..(2 * n)].Select(value => 1.5 + value)];
            double shift = 2 * draws[^1], total = aims.Sum() + shift;
            ConstrainedResult result = ConstrainedMethods.Named(method).Minimize(
                ConstrainedProblem.OfScalars(x => Sum([.. x.Select((value, i) => weights[i] * Active.Abs(value - aims[i]))]),
                    equalities: x => [Sum(x) - total]),
                draws.AsSpan(2 * n, n), cancellation: Cancellation);
            Assert.True(result.Reason == StopReason.Stationary, $"{round}: {result.Explanation}");
            Assert.Equal(Math.Abs(shift) * weights.Min(), result.Value, 1e-6);
            Assert.Equal(weights.Min(), Math.Abs(result.EqualityMultipliers[0]), 1e-5);
        }
    }

    [Fact]
    public void BothMethodsAgreeOnConvexProblems()
    {
        // Of a convex problem every stationary point is optimal, so that two claims of stationarity with different values contradict each other.
        for (ulong round = 0; round < 20; round++)
        {
            const int n = 5, pieces = 8;
            double[] draws = new double[((2 * pieces) + 3) * n];
            new Philox(Seed, 980 + round).Normal<double>(draws, 0, 1);
            Active Affine(Active[] x, int row) => Sum([.. x.Select((value, j) => draws[(row * n) + j] * value)]);
            ConstrainedProblem problem = ConstrainedProblem.OfScalars(
                x => Enumerable.Range(0, pieces).Select(i => Affine(x, i) - i).Aggregate(Active.Max) + (0.5 * Active.Abs(x[0] - x[1]))
                    + (0.01 * Sum([.. x.Select(value => value * value)])),
                x => [Enumerable.Range(pieces, pieces).Select(i => Affine(x, i)).Aggregate(Active.Max) - 4, Active.Abs(x[2]) + (x[3] * x[3]) - 3],
                x => [Affine(x, 2 * pieces) - 0.5], VariableBounds.Uniform(n, -2, 3));
            double[] start = draws[^n..];
            ConstrainedResult first = new BfgsSqp().Minimize(problem, start, cancellation: Cancellation);
            ConstrainedResult second = new PenaltyBundle().Minimize(problem, start, cancellation: Cancellation);
            Assert.True(first.Reason is StopReason.Stationary or StopReason.InfeasibleStationary,
                $"{round}: {first.Explanation} {first.Value:R} {second.Value:R} {second.Reason}");
            Assert.True(second.Reason is StopReason.Stationary or StopReason.InfeasibleStationary,
                $"{round}: {second.Explanation} {first.Value:R} {second.Value:R}");
            Assert.Equal(first.Reason, second.Reason);
            if (first.Reason == StopReason.Stationary)
                Assert.Equal(first.Value, second.Value, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void BoundsHoldExactlyAtEveryPoint(string method)
    {
        // The square root has no value outside the bounds.
        List<double[]> seen = [];
        VariableBounds bounds = new([0, -1, double.NegativeInfinity, 2], [double.PositiveInfinity, 1, 5, 2]);
        ConstrainedProblem problem = ConstrainedProblem.OfScalars(
            x =>
            {
                seen.Add([.. x.Select(value => value.Value)]);
                return Active.Abs(x[0] - x[1]) + ((x[2] - 9) * (x[2] - 9)) + (x[3] * Active.Sqrt(x[0] + 1e-3));
            },
            x => [0.3 - x[0] - x[1]], bounds: bounds);
        ConstrainedResult result = ConstrainedMethods.Named(method).Minimize(problem, [-3, 4, 20, -7], cancellation: Cancellation);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(5, result.Point[2]);
        Assert.Equal(2, result.Point[3]);
        Assert.All(seen, point => Assert.All(Enumerable.Range(0, 4), i => Assert.InRange(point[i], bounds.Lower[i], bounds.Upper[i])));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void TensorsAndNumbersGiveTheSameSolution(string method)
    {
        IConstrainedSolver solver = ConstrainedMethods.Named(method);
        double[] start = [2, -1, 0.5, 1];
        ConstrainedResult numbers = solver.Minimize(
            ConstrainedProblem.OfScalars(x => Sum([.. x.Select(value => Active.Abs(value - 0.3))]), x => [Sum(x) - 1],
                x => [Sum([.. x.Select(value => value * value)]) - 1]),
            start, cancellation: Cancellation);
        ConstrainedResult tensor = solver.Minimize(
            ConstrainedProblem.OfTensor(x => (x - 0.3).Abs().Sum(), x => x.Sum() - 1, x => (x * x).Sum() - 1), start, cancellation: Cancellation);
        ConstrainedResult tensors = solver.Minimize(
            ConstrainedProblem.OfTensors([Shape.Of(2, 1), Shape.Of(2)], x => (x[0] - 0.3).Abs().Sum() + (x[1] - 0.3).Abs().Sum(),
                x => x[0].Sum() + x[1].Sum() - 1, x => (x[0] * x[0]).Sum() + (x[1] * x[1]).Sum() - 1), start, cancellation: Cancellation);
        Assert.True(numbers.IsFeasible && tensor.IsFeasible && tensors.IsFeasible);
        Assert.Equal(numbers.Value, tensor.Value, 1e-6);
        Assert.Equal(numbers.Value, tensors.Value, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ARunGivesTheSameBitsAgain(string method)
    {
        ConstrainedTestProblem problem = ConstrainedTestProblems.Named("hs43-max");
        ConstrainedResult first = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start], cancellation: Cancellation);
        ConstrainedResult second = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start], cancellation: Cancellation);
        Assert.Equal(first.Point, second.Point);
        Assert.Equal(first.Evaluations, second.Evaluations);
        Assert.Equal(first.Trace, second.Trace);
    }

    [Fact]
    public void AWarmStartNeedsFewerEvaluations()
    {
        ConstrainedProblem Problem(double side) => ConstrainedProblem.OfScalars(
            x => ((x[0] - 3) * (x[0] - 3)) + (10 * (x[1] - (x[0] * x[0])) * (x[1] - (x[0] * x[0]))) + (5 * Active.Exp(x[2] - x[0])),
            x => [x[0] + x[1] + x[2] - side, -x[2] - 4]);
        BfgsSqp solver = new();
        ConstrainedResult known = solver.Minimize(Problem(4), [0, 0, 0], cancellation: Cancellation);
        ConstrainedResult cold = solver.Minimize(Problem(4.01), [0, 0, 0], cancellation: Cancellation);
        ConstrainedResult warm = solver.Minimize(Problem(4.01), [.. known.Point], warmStart: known, cancellation: Cancellation);
        Assert.Equal(cold.Value, warm.Value, 1e-6);
        Assert.True(warm.Reason == StopReason.Stationary && 2 * warm.Evaluations < cold.Evaluations, $"{warm.Evaluations} and {cold.Evaluations}");

        // A result of other constraints is refused.
        ConstrainedProblem other = ConstrainedProblem.OfScalars(x => x[0]);
        Assert.Throws<ArgumentException>(() => solver.Minimize(other, [1], warmStart: known, cancellation: Cancellation));
    }

    [Fact]
    public void ManyVariablesAreSolvedWithLimitedMemory()
    {
        // Σ(xᵢ − 1)² + |x₀| on the plane Σxᵢ = 0: all but x₀ are t, x₀ = −(n − 1)t, where |x₀| has the slope 1 or is at its kink.
        const int n = 120;
        ConstrainedProblem problem = ConstrainedProblem.OfTensor(x => ((x - 1) * (x - 1)).Sum() + x.Slice(0, 0, 1).Abs().Sum(), equalities: x => x.Sum());
        ConstrainedResult result = new BfgsSqp(10).Minimize(problem, new double[n], cancellation: Cancellation);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.All(result.Point, value => Assert.Equal(0, value, 1e-5));
        Assert.Equal(n, result.Value, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void LimitsEndARunWithItsPoint(string method)
    {
        ConstrainedTestProblem problem = ConstrainedTestProblems.Named("hs113");
        ConstrainedResult few = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start], new SolverOptions { EvaluationLimit = 7 },
            cancellation: Cancellation);
        Assert.Equal(StopReason.EvaluationLimit, few.Reason);
        Assert.Equal(7, few.Evaluations);
        ConstrainedResult late = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start],
            new SolverOptions { TimeLimit = TimeSpan.FromTicks(1) }, cancellation: Cancellation);
        Assert.Equal(StopReason.TimeLimit, late.Reason);
        Assert.Equal(problem.Start, late.Point);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ACancelledRunTellsItsPoint(string method)
    {
        using CancellationTokenSource source = new();
        int left = 20;
        ConstrainedProblem problem = ConstrainedProblem.OfScalars(x =>
        {
            if (--left == 0)
                source.Cancel();
            return (8 * Active.Abs((x[0] * x[0]) - x[1])) + ((1 - x[0]) * (1 - x[0]));
        }, x => [x[0] + x[1] - 1]);
        SolverCanceledException cancelled = Assert.Throws<SolverCanceledException>(() => ConstrainedMethods.Named(method).Minimize(problem, [-1, 1],
            cancellation: source.Token));
        Assert.Equal(20, cancelled.Evaluations);
        Assert.Equal(2, cancelled.Point.Count);
        Assert.Throws<OperationCanceledException>(() => ConstrainedMethods.Named(method).Minimize(problem, [-1, 1], cancellation: source.Token));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ProgressIsThatOfTheTrace(string method)
    {
        Recorded progress = new();
        ConstrainedTestProblem problem = ConstrainedTestProblems.Named("mad1");
        ConstrainedResult result = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start], progress: progress,
            cancellation: Cancellation);
        Assert.Equal(result.Trace, progress.Seen);
        Assert.Equal(result.Value, result.Trace[^1].Value);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ClaimsHoldWhenTheyAreCheckedFromTheirNumbers(string method)
    {
        foreach (ConstrainedTestProblem problem in ConstrainedTestProblems.All)
        {
            ConstrainedResult result = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start], cancellation: Cancellation);
            ConstrainedValues values = problem.Problem.At([.. result.Point]);
            Assert.Equal(result.Value, values.Objective);
            Assert.InRange(Math.Max(values.InequalityViolation, values.EqualityViolation), 0, 1e-6);
            Assert.All(values.Inequalities.Zip(result.InequalityMultipliers),
                pair => Assert.InRange(Math.Abs(pair.First * pair.Second), 0, 1e-6 * (1 + Math.Abs(result.Value))));
            StationarityMeasure measure = StationarityMeasure.Of(problem.Problem.Lagrangian(result.InequalityMultipliers, result.EqualityMultipliers),
                [.. result.Point], new SolverOptions { Seed = 7, Bounds = problem.Problem.Bounds }, Cancellation);
            Assert.True(measure.Value <= 1e-6, $"{problem.Name}: {measure.Value}");
        }
    }

    [Fact]
    public void OptionsThatDoNotApplyAreRefused()
    {
        ConstrainedProblem problem = ConstrainedProblem.OfScalars(x => x[0], x => [-x[0]]);
        Assert.Throws<ArgumentException>(() => new BfgsSqp().Minimize(problem, [1], new SolverOptions { Bounds = VariableBounds.Uniform(1, 0, 1) },
            cancellation: Cancellation));
        Assert.Throws<ArgumentException>(() => new BfgsSqp().Minimize(problem, [1], new SolverOptions { Subgradient = SubgradientChoice.Clarke },
            cancellation: Cancellation));
        Assert.Throws<ArgumentException>(() => new PenaltyBundle().Minimize(problem, [1], new SolverOptions { FeasibilityTolerance = double.NaN },
            cancellation: Cancellation));
        Assert.Throws<ArgumentException>(() => new PenaltyBundle().Minimize(
            ConstrainedProblem.OfScalars(x => x[0], bounds: VariableBounds.Uniform(2, 0, 1)), [1], cancellation: Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BfgsSqp(0));
        Assert.Throws<ArgumentException>(() => ConstrainedMethods.Named("bfgs"));
    }

    [Fact]
    public void ConstraintsMayNotChangeInNumber()
    {
        ConstrainedProblem problem = ConstrainedProblem.OfScalars(x => x[0], x => x[0].Value == 3 ? [-x[0]] : [-x[0], 1 - x[0]]);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => new BfgsSqp().Minimize(problem, [3], cancellation: Cancellation));
        Assert.Contains("1 inequalities", thrown.Message, StringComparison.Ordinal);
    }

    private static Active Sum(Active[] terms) => terms.Aggregate((a, b) => a + b);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private sealed class Recorded : IProgress<ConstrainedProgress>
    {
        public List<ConstrainedProgress> Seen { get; } = [];

        public void Report(ConstrainedProgress value) => Seen.Add(value);
    }
}
