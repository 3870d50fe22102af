using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>Steps on models of samples, with exact answers.</summary>
public class ModelBasedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SampleModel.Truncated, 5, 1, 0)]
    [InlineData(SampleModel.ProximalPoint, 5, 1, 0)]
    [InlineData(SampleModel.Linear, 5, 1, -4)]
    [InlineData(SampleModel.Truncated, 0.25, 1, 0.75)]
    [InlineData(SampleModel.ProximalPoint, 0.25, 1, 0.75)]
    public void AStepOnTheAbsoluteValue(SampleModel model, double step, double from, double to) =>
        Assert.Equal(to,
            new ModelBasedMethod(model, new ConstantStepSize(step)).Minimize([Objective.OfScalars(x => Active.Abs(x[0]))], [from], 1, Cancellation).Point[0],
                1e-12);

    [Theory]
    [InlineData(0.05)]
    [InlineData(3)]
    public void TruncatedAndProximalStepsOnLinearLossesAreTheirFormula(double step)
    {
        // |a'x − b|: x − min{α, |r|/‖a‖²}·sign(r)·a; and the hinge max{0, 1 − a'x} with r its value.
        double[] a = [1, -2, 0.5], x = [0.3, 0.7, -1.1];
        double square = a.Sum(value => value * value), product = a.Zip(x, (one, other) => one * other).Sum();
        Objective distance = Objective.OfScalars(p => Active.Abs((p[0] * a[0]) + (p[1] * a[1]) + (p[2] * a[2]) - 0.4)),
            hinge = Objective.OfScalars(p => Active.Max(1 - ((p[0] * a[0]) + (p[1] * a[1]) + (p[2] * a[2])), 0));
        foreach ((Objective sample, double signed,
            double size) in ((Objective, double, double)[])[(distance, Math.Sign(product - 0.4), Math.Abs(product - 0.4)), (hinge, -1, 1 - product)])
        {
            double[] expected = [.. x.Select((value, i) => value - (Math.Min(step, size / square) * signed * a[i]))];
            foreach (SampleModel model in (SampleModel[])[SampleModel.Truncated, SampleModel.ProximalPoint])
            {
                IReadOnlyList<double> found = new ModelBasedMethod(model, new ConstantStepSize(step)).Minimize([sample], x, 1, Cancellation).Point;
                for (int i = 0; i < x.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-12);
            }
        }
    }

    [Fact]
    public void TheProximalPointOfAParabolaIsItsFormula()
    {
        // argmin (y − 3)² + (y − x)²/(2α) = (x + 6α)/(1 + 2α).
        SampleRun run = new ModelBasedMethod(SampleModel.ProximalPoint, new ConstantStepSize(2)).Minimize([Objective.OfScalars(x => (x[0] - 3) * (x[0] - 3))],
            [-1.0], 1, Cancellation);
        Assert.Equal(11.0 / 5, run.Point[0], 1e-5);
    }

    [Fact]
    public void InterpolatedSystemsAreStableAtAnyStepButTheLinearModels()
    {
        double[] solution = [0.4, -0.2, 0.9];
        List<Objective> samples = [];
        for (ulong i = 0; i < 8; i++)
        {
            double[] a = new double[3];
            new Philox(5, i).Normal<double>(a, 0, 1);
            double b = a.Zip(solution, (one, other) => one * other).Sum();
            samples.Add(Objective.OfScalars(x => Active.Abs((x[0] * a[0]) + (x[1] * a[1]) + (x[2] * a[2]) - b)));
        }

        double Distance(SampleModel model) =>
            new ModelBasedMethod(model, new RobbinsMonro(50, 10, 0.6)).Minimize(samples, [5.0, 5, 5], 400, Cancellation).Point.Zip(solution,
                (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(Distance(SampleModel.Truncated), 0, 1e-9);
        Assert.InRange(Distance(SampleModel.ProximalPoint), 0, 1e-9);
        Assert.True(Distance(SampleModel.Linear) > 0.1);
    }

    [Fact]
    public void ProximalGradientOnSamplesFindsTheSparseSolution()
    {
        // Mean of (x₁ − 2 ± 1)²/2 and (x₂ − 0.1 ± 1)²/2, and ½‖x‖₁: x = (1.5, 0).
        List<Objective> samples = [];
        foreach (int sign in (int[])[-1, 1])
            samples.Add(Objective.OfScalars(x => 0.5
                * (((x[0] - 2 + sign) * (x[0] - 2 + sign)) + ((x[1] - 0.1 + (0.1 * sign)) * (x[1] - 0.1 + (0.1 * sign))))));
        SampleRun run = new ModelBasedMethod(SampleModel.Linear, new RobbinsMonro(0.5, 5, 1)) { Regularizer = ProximalOperators.L1Norm(0.5) }.Minimize(samples,
            [0.0, 3], 20_000, Cancellation);
        Assert.Equal(1.5, run.Point[0], 0.05);
        Assert.InRange(run.Average[0], 1, 1.6);
        Assert.Equal(0, run.Point[1]);
    }

    [Fact]
    public void WrongUsesAreNamed()
    {
        Objective sample = Objective.OfScalars(x => x[0] * x[0]);
        Assert.Throws<ArgumentException>(() => new ModelBasedMethod(SampleModel.Linear, new ConstantStepSize(1)).Minimize([], [1.0], 1, Cancellation));
        Assert.Contains("Truncated",
            Assert.Throws<ArgumentException>(() =>
                new ModelBasedMethod(SampleModel.Truncated, new ConstantStepSize(1)) { Regularizer = ProximalOperators.L1Norm(1) }.Minimize([sample], [1.0], 1,
                    Cancellation)).Message);
        Assert.Contains("below",
            Assert.Throws<ArgumentException>(() =>
                new ModelBasedMethod(SampleModel.Truncated, new ConstantStepSize(1)) { LowerBound = 2 }.Minimize([sample], [1.0], 1, Cancellation)).Message);
        Assert.Throws<ArithmeticException>(() =>
            new ModelBasedMethod(SampleModel.Linear, new ConstantStepSize(1)).Minimize([Objective.OfScalars(x => Active.Log(x[0]))], [-1.0], 1, Cancellation));
    }
}
