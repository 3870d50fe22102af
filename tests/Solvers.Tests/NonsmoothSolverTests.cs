using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>Methods on problems with known answers.</summary>
public class NonsmoothSolverTests
{
    private static readonly Objective IdentityOfRelus = Objective.OfTensor(x => (x.Relu() - (-x).Relu()).Sum().Square());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Methods => [.. NonsmoothMethods.Names];

    public static TheoryData<string> Problems => [.. TestProblems.Names];

    [Theory]
    [MemberData(nameof(Problems))]
    public void NonsmoothBfgsReachesTheOptimum(string name) => Reaches(new NonsmoothBfgs(), name, "chained-crescent-2", null);

    [Theory]
    [MemberData(nameof(Problems))]
    public void TheBundleMethodReachesTheOptimum(string name) => Reaches(new ProximalBundle(), name, null, "shell-dual");

    [Theory]
    [MemberData(nameof(Problems))]
    public void NormalizedGoldsteinDescentReachesTheOptimum(string name) => Reaches(new NormalizedGoldsteinDescent(), name, null, null);

    [Fact]
    public void WhereBfgsStopsAboveTheOptimumThePointIsStationary()
    {
        TestProblem problem = TestProblems.Named("chained-crescent-2");
        SolverResult result = new NonsmoothBfgs().Minimize(problem.Objective, [.. problem.Start], cancellation: Cancellation);
        Assert.Equal(2, result.Value, 1e-6);
        Assert.InRange(result.Stationarity.Value, 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void EveryMethodSolvesTheSmallOnes(string method)
    {
        foreach (string name in (string[])["cb2", "dem", "ql", "lq", "wolfe", "f2d"])
        {
            TestProblem problem = TestProblems.Named(name);
            SolverResult result = NonsmoothMethods.Named(method).Minimize(problem.Objective, [.. problem.Start], cancellation: Cancellation);
            Assert.InRange(problem.Gap(result.Value)!.Value, -1e-12, 1e-6);
            if (method != "gradient-sampling")
                Assert.Equal(StopReason.Stationary, result.Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void EveryKindOfGradientLeadsThere(string method)
    {
        TestProblem problem = TestProblems.Named("ql");
        foreach (SubgradientChoice choice in Enum.GetValues<SubgradientChoice>())
        {
            SolverResult result = NonsmoothMethods.Named(method)
                .Minimize(problem.Objective, [.. problem.Start], new SolverOptions { Subgradient = choice }, cancellation: Cancellation);
            Assert.Equal(0, problem.Gap(result.Value)!.Value, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void LimitsAndCancellationAreKept(string method)
    {
        TestProblem problem = TestProblems.Named("maxquad");
        SolverResult result = NonsmoothMethods.Named(method)
            .Minimize(problem.Objective, [.. problem.Start], new SolverOptions { EvaluationLimit = 25 }, cancellation: Cancellation);
        Assert.InRange(result.Evaluations, 25, 27);
        Assert.Equal(StopReason.EvaluationLimit, result.Reason);
        Assert.True(result.Value < problem.StartValue);
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => NonsmoothMethods.Named(method)
            .Minimize(problem.Objective, [.. problem.Start], cancellation: source.Token));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AfterTheTimeLimitAMethodEndsWithItsBestPoint(string method)
    {
        TestProblem problem = TestProblems.Named("maxquad");
        SolverResult atOnce = NonsmoothMethods.Named(method)
            .Minimize(problem.Objective, [.. problem.Start], new SolverOptions { TimeLimit = TimeSpan.FromTicks(1) }, cancellation: Cancellation);
        Assert.Equal((StopReason.TimeLimit, problem.Value([.. problem.Start])), (atOnce.Reason, atOnce.Value));

        // The third lower value takes longer to report than the run may take, and no other evaluation follows but that of an iteration in progress.
        TimeSpan limit = TimeSpan.FromMilliseconds(200);
        Reports reports = new((count, _) =>
        {
            if (count == 3)
                Thread.Sleep(2 * limit);
        });
        SolverResult result = NonsmoothMethods.Named(method)
            .Minimize(problem.Objective, [.. problem.Start], new SolverOptions { TimeLimit = limit }, reports, Cancellation);
        Assert.Equal(StopReason.TimeLimit, result.Reason);
        Assert.InRange(reports.Values.Count, 0, 3 + 1);
        if (reports.Values.Count > 0)
        {
            Assert.Equal(reports.Values[^1].Value, result.Value);
            Assert.InRange(result.Evaluations, reports.Values[^1].Evaluations, reports.Values[^1].Evaluations + 100);
        }

        Assert.Equal(result.Value, problem.Value([.. result.Point]), 1e-12 * Math.Abs(result.Value));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ACancelledMethodGivesItsBestPoint(string method)
    {
        TestProblem problem = TestProblems.Named("maxquad");
        using CancellationTokenSource source = new();
        Reports reports = new((count, _) =>
        {
            if (count == 3)
                source.Cancel();
        });
        SolverCanceledException cancelled = Assert.Throws<SolverCanceledException>(() => NonsmoothMethods.Named(method)
            .Minimize(problem.Objective, [.. problem.Start], null, reports, source.Token));
        Assert.Equal(3, reports.Values.Count);
        Assert.Equal((reports.Values[^1].Value, reports.Values[^1].Evaluations), (cancelled.Value, cancelled.Evaluations));
        Assert.Equal(cancelled.Value, problem.Value([.. cancelled.Point]), 1e-12 * Math.Abs(cancelled.Value));
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    [Fact]
    public void TheFinalMeasureCostsNoMoreThanTheRun()
    {
        foreach (int n in (int[])[100, 2000])
        {
            TestProblem problem = TestProblems.Named("chained-lq", n);
            foreach (int limit in (int[])[10, 800])
            {
                SolverResult result = new NonsmoothBfgs(7).Minimize(problem.Objective, [.. problem.Start], new SolverOptions { EvaluationLimit = limit },
                    cancellation: Cancellation);
                Assert.InRange(result.Stationarity.Evaluations, 1, Math.Max(641, (limit / 4) + 1));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AFunctionWithoutBoundIsCalledUnbounded(string method)
    {
        SolverResult result = NonsmoothMethods.Named(method)
            .Minimize(Objective.OfScalars(x => Active.Abs(x[1]) - x[0]), [1, 1], new SolverOptions { UnboundedBelow = -100 }, cancellation: Cancellation);
        Assert.Equal(StopReason.UnboundedBelow, result.Reason);
        Assert.True(result.Value <= -100);
    }

    [Fact]
    public void RepeatedRunsAreTheSame()
    {
        TestProblem problem = TestProblems.Named("shor");
        foreach (INonsmoothSolver method in NonsmoothMethods.All)
        {
            SolverOptions options = new() { Seed = 7, EvaluationLimit = 300 };
            SolverResult one = method.Minimize(problem.Objective, [.. problem.Start], options, cancellation: Cancellation),
                other = method.Minimize(problem.Objective, [.. problem.Start], options, cancellation: Cancellation);
            Assert.Equal(one.Point, other.Point);
            Assert.Equal(one.Evaluations, other.Evaluations);
        }
    }

    [Fact]
    public void StationarityIsToldByItsKind()
    {
        Objective abs = Objective.OfScalars(x => Active.Abs(x[0]));
        StationarityMeasure atKink = StationarityMeasure.Of(abs, [0], cancellation: Cancellation);
        Assert.Equal((StationarityKind.ClarkeDistance, 0.0, 0.0), (atKink.Kind, atKink.Value, atKink.Radius));

        // Goldstein's set of |x| at 0.05 is [−1, 1] over a ball of radius 0.1 and {1} over one of 0.04.
        StationarityMeasure wide = StationarityMeasure.Of(abs, [0.05], new SolverOptions { Radius = 0.1 }, cancellation: Cancellation),
            narrow = StationarityMeasure.Of(abs, [0.05], new SolverOptions { Radius = 0.04 }, cancellation: Cancellation);
        Assert.Equal((StationarityKind.GoldsteinResidual, 0.0), (wide.Kind, wide.Value));
        Assert.Equal((StationarityKind.GoldsteinResidual, 1.0), (narrow.Kind, narrow.Value));
    }

    [Fact]
    public void APointCriticalForBackpropagationOnlyIsCalledArtificial()
    {
        // relu(x) − relu(−x) is x: backpropagation says 0 at 0, Clarke 1.
        Objective identity = Objective.OfTensor(x => (x.Relu() - (-x).Relu()).Sum());
        StationarityMeasure measure = StationarityMeasure.Of(identity, [0], cancellation: Cancellation);
        Assert.True(measure.IsArtificial);
        Assert.Equal(1, measure.Value, 1e-12);
        Assert.False(StationarityMeasure.Of(IdentityOfRelus, [0], cancellation: Cancellation).IsArtificial);
        SolverOptions alone = new() { UnboundedBelow = -10, LeavesKinksAlongDescent = false };
        SolverResult stuck = new NonsmoothBfgs().Minimize(identity, [0.0], alone, cancellation: Cancellation);
        SolverResult free = new NonsmoothBfgs().Minimize(identity, [0.0], new SolverOptions { UnboundedBelow = -10, Subgradient = SubgradientChoice.Clarke },
            cancellation: Cancellation);
        Assert.Equal((StopReason.NoProgress, 0.0), (stuck.Reason, stuck.Value));
        Assert.Equal(StopReason.UnboundedBelow, free.Reason);
    }

    /// <summary>max(x, −5) + |y|, with x = relu(x) − relu(−x): backpropagation returns 0 at the origin, from where the least value, −5, is reached all the
    /// same.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void APointCriticalForBackpropagationOnlyIsLeft(string method)
    {
        Objective objective = Objective.OfTensor(v =>
        {
            Var<double> x = v.Slice(0, 0, 1), identity = x.Relu() - (-x).Relu();
            return ((identity + 5.0).Relu() - 5.0).Sum() + v.Slice(0, 1, 1).Abs().Sum();
        });
        Assert.All(objective.Gradient([0, 0]).Gradient, part => Assert.Equal(0, part));
        SolverResult result = NonsmoothMethods.Named(method)
            .Minimize(objective, [0, 0], new SolverOptions { EvaluationLimit = 3000 }, cancellation: Cancellation);
        Assert.Equal(-5, result.Value, 1e-6);
        Assert.Equal(StopReason.Stationary, result.Reason);
    }

    /// <summary>With thousands of kinks at the point the set itself is the measure.</summary>
    [Fact]
    public void StationarityAtManyKinksIsExact()
    {
        Objective objective = Objective.OfTensor(x => (x - 1.0).Abs().Sum());
        double[] point = [.. Enumerable.Repeat(1.0, 5000)];
        StationarityMeasure at = StationarityMeasure.Of(objective, point, cancellation: Cancellation);
        Assert.Equal((StationarityKind.ClarkeDistance, 0.0), (at.Kind, at.Radius));
        Assert.InRange(at.Value, 0, 1e-9);

        // At the tilted corner the set is the cube around (3, …, 3): F falls along −(1, …, 1), and the method goes on from there.
        Objective tilted = Objective.OfTensor(x => x.Abs().Sum() + (3.0 * ((x + 1.0).Relu() - 1.0)).Sum());
        SolverResult result = new LimitedMemoryBundle().Minimize(tilted, new double[5000], cancellation: Cancellation);
        Assert.Equal(-10000, result.Value, 1e-2);
    }

    [Fact]
    public void WrongArgumentsAreSentences()
    {
        Assert.Contains("'nothing'", Assert.Throws<ArgumentException>(() => NonsmoothMethods.Named("nothing")).Message, StringComparison.Ordinal);
        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(() => new NonsmoothBfgs(0)).Message, StringComparison.Ordinal);
        Assert.Contains("1", Assert.Throws<ArgumentOutOfRangeException>(() => new ProximalBundle(1)).Message, StringComparison.Ordinal);
        Assert.Contains("finite",
            Assert.Throws<ArgumentException>(() =>
                new NonsmoothBfgs().Minimize(Objective.OfScalars(x => Active.Log(x[0])), [-1.0], cancellation: Cancellation)).Message,
                StringComparison.Ordinal);
        Assert.Contains("-1",
            Assert.Throws<ArgumentException>(() =>
                new NonsmoothBfgs().Minimize(IdentityOfRelus, [1.0], new SolverOptions { Radius = -1 }, cancellation: Cancellation)).Message,
                StringComparison.Ordinal);
        Assert.Contains("00:00:00", Assert.Throws<ArgumentException>(() =>
            new NonsmoothBfgs().Minimize(IdentityOfRelus, [1.0], new SolverOptions { TimeLimit = TimeSpan.Zero }, cancellation: Cancellation)).Message,
            StringComparison.Ordinal);
    }

    private sealed class Reports(Action<int, SolverProgress> act) : IProgress<SolverProgress>
    {
        public List<SolverProgress> Values { get; } = [];

        public void Report(SolverProgress value)
        {
            Values.Add(value);
            act(Values.Count, value);
        }
    }

    private static void Reaches(INonsmoothSolver solver, string name, string? stopsElsewhere, string? notStationary)
    {
        TestProblem problem = TestProblems.Named(name);
        SolverResult result = solver.Minimize(problem.Objective, [.. problem.Start], cancellation: Cancellation);
        Assert.Equal(result.Value, problem.Value([.. result.Point]), 1e-12 * Math.Max(1, Math.Abs(result.Value)));
        if (name == stopsElsewhere)
            return;
        Assert.InRange(problem.Gap(result.Value)!.Value, -1e-8, 1e-6);
        if (name != notStationary)
            Assert.Equal((StopReason.Stationary, true), (result.Reason, result.Stationarity.Value <= 1e-6));
    }
}
