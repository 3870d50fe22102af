using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Diagnostics.Tests;

/// <summary>Solutions of differential inclusions, and runs compared with them.</summary>
public class FlowTests
{
    private static readonly Objective AbsoluteValue = Objective.OfScalars(x => Active.Abs(x[0]));

    [Fact]
    public void TheFlowOfTheAbsoluteValueReachesZeroInTimeAndStays()
    {
        foreach (double start in (ReadOnlySpan<double>)[0.75, -1.25])
        {
            FlowPath flow = DifferentialInclusion.Solve(AbsoluteValue, [start], 2, cancellation: TestContext.Current.CancellationToken);
            Assert.True(flow.IsAtRest);
            foreach (double t in (ReadOnlySpan<double>)[0, 0.1, 0.5, 0.7499, 0.76, 1.2, 1.3, 2])
                Assert.Equal(Math.Sign(start) * Math.Max(Math.Abs(start) - t, 0), flow.At(t)[0], 1e-6);
            for (int i = 0; i < flow.Times.Count; i++)
                Assert.Equal(flow.Times[i] < Math.Abs(start) - 1e-6
                    ? 1
                    : 0, flow.SquaredDistances[i], flow.Times[i] > Math.Abs(start) - 1e-6 && flow.Times[i] < Math.Abs(start) + 1e-6 ? 1.0 : 1e-9);
            Assert.InRange(Math.Abs(flow.EnergyError), 0, 1e-5);
        }
    }

    [Fact]
    public void TheFlowOfTheSumOfAbsoluteValuesThresholdsSoftly()
    {
        double[] start = [1, -0.5, 0.3, 0, 2];
        FlowPath flow = DifferentialInclusion.Solve(Objective.OfTensor(x => x.Abs().Sum()), start, 1.5, cancellation: TestContext.Current.CancellationToken);
        foreach (double t in (ReadOnlySpan<double>)[0.2, 0.31, 0.49, 0.51, 0.9, 1.1, 1.5])
        {
            double[] at = flow.At(t);
            for (int i = 0; i < start.Length; i++)
                Assert.Equal(Math.Sign(start[i]) * Math.Max(Math.Abs(start[i]) - t, 0), at[i], 1e-5);
        }

        Assert.InRange(Math.Abs(flow.EnergyError), 0, 1e-4);
    }

    [Fact]
    public void TheFlowOfAQuadraticIsExponential()
    {
        FlowPath flow = DifferentialInclusion.Solve(Objective.OfScalars(x => 0.5 * ((x[0] * x[0]) + (4 * x[1] * x[1]))), [1, 1], 2,
            cancellation: TestContext.Current.CancellationToken);
        foreach (double t in (ReadOnlySpan<double>)[0.1, 0.5, 1.234, 2])
        {
            Assert.Equal(Math.Exp(-t), flow.At(t)[0], 1e-5);
            Assert.Equal(Math.Exp(-4 * t), flow.At(t)[1], 1e-5);
        }

        Assert.InRange(Math.Abs(flow.EnergyError), 0, 1e-4);
        Assert.False(flow.IsAtRest);
    }

    [Fact]
    public void TheFlowSlidesAlongAKink()
    {
        // ½|x₁| + x₂: slides down x₂ once x₁ = 0, at time 2·0.2.
        FlowPath line = DifferentialInclusion.Solve(Objective.OfScalars(x => (0.5 * Active.Abs(x[0])) + x[1]), [0.2, 0], 1,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0.1, line.At(0.2)[0], 1e-6);
        Assert.Equal(0, line.At(0.7)[0], 1e-6);
        Assert.Equal(-0.7, line.At(0.7)[1], 1e-6);
        // |x₁² + x₂² − 1| + x₂: once on the circle it moves along it, φ' = −cos φ, and comes to rest at the bottom.
        FlowPath circle = DifferentialInclusion.Solve(Objective.OfScalars(x => (3 * Active.Abs((x[0] * x[0]) + (x[1] * x[1]) - 1)) + x[1]), [1, 0], 1,
            new FlowOptions { Tolerance = 1e-5, ActiveRadius = 4e-5 }, cancellation: TestContext.Current.CancellationToken);
        double[] end = circle.At(1);
        // From φ = 0 the Gudermannian: sin φ = −tanh t.
        Assert.Equal(-Math.Tanh(1), end[1], 5e-3);
        Assert.Equal(1, Math.Sqrt((end[0] * end[0]) + (end[1] * end[1])), 1e-3);
    }

    [Fact]
    public void TheFlowDoesNotRestWhereOnlyBackpropagationVanishes()
    {
        FlowPath flow = DifferentialInclusion.Solve(Objective.OfTensor(x => (x.Relu() - (-x).Relu()).Sum()), [0], 1,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(-1, flow.At(1)[0], 1e-9);
    }

    [Fact]
    public void RobbinsMonroStepsComeNearTheFlowAndConstantStepsDoNot()
    {
        Objective objective = Objective.OfScalars(x => (0.5 * x[0] * x[0]) + Active.Abs(x[1] - (0.5 * x[0])));
        DescentOptions noise = new() { NoiseDeviation = 0.5, Seed = 3 };
        FlowTracking vanishing = FlowTracking.Of(objective,
            Trajectory.Descend(objective, [2, -1], new RobbinsMonro(0.2, 1, 0.8), 20_000, noise, cancellation: TestContext.Current.CancellationToken), 1, 8,
                cancellation: TestContext.Current.CancellationToken);
        FlowTracking constant = FlowTracking.Of(objective,
            Trajectory.Descend(objective, [2, -1], new ConstantStepSize(0.1), 200, noise, cancellation: TestContext.Current.CancellationToken), 1, 8,
                cancellation: TestContext.Current.CancellationToken);
        Assert.True(vanishing.Errors[^1].Distance < 0.1 * vanishing.Errors.Take(3).Max(error => error.Distance));
        Assert.True(vanishing.Errors[^1].Distance < 0.2 * constant.Errors[^1].Distance);
    }

    [Fact]
    public void WithoutNoiseTheDistanceIsOfTheOrderOfTheStep()
    {
        Objective objective = Objective.OfScalars(x => 0.5 * x[0] * x[0]);
        double Distance(double step) =>
            FlowTracking.Of(objective, Trajectory.Descend(objective, [1], new ConstantStepSize(step), (int)(2 / step)), 1, 1).Errors[0].Distance;
        // Euler's error at s is about ½·step·s·e^(−s), at most ½·step/e.
        Assert.Equal(0.5 * 0.01 / Math.E, Distance(0.01), 1e-4);
        Assert.InRange(Distance(0.01) / Distance(0.005), 1.9, 2.1);
    }

    [Fact]
    public void WrongValuesAreNamed()
    {
        Assert.ThrowsAny<ArgumentException>(() => DifferentialInclusion.Solve(AbsoluteValue, [1], -1, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("twice",
            Assert.ThrowsAny<ArgumentException>(() =>
                DifferentialInclusion.Solve(AbsoluteValue, [1], 1, new FlowOptions { Tolerance = 1, ActiveRadius = 1 },
                    cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("10 gradients",
            Assert.Throws<InvalidOperationException>(() =>
                DifferentialInclusion.Solve(AbsoluteValue, [1], 2, new FlowOptions { EvaluationLimit = 10 },
                    cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            DifferentialInclusion.Solve(Objective.OfScalars(x => x[0]), [1], 1, cancellation: TestContext.Current.CancellationToken).At(2));
        Assert.ThrowsAny<ArgumentException>(() =>
            FlowTracking.Of(AbsoluteValue,
                Trajectory.Descend(AbsoluteValue, [1], new ConstantStepSize(0.1), 5, cancellation: TestContext.Current.CancellationToken), 10,
                    cancellation: TestContext.Current.CancellationToken));
    }
}
