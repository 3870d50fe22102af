using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>The iterates x, y and z of schedule-free methods, kept separately as in the paper.</summary>
public class ScheduleFreeTests
{
    [Theory]
    [InlineData("quadratic", false)]
    [InlineData("network", false)]
    [InlineData("sparse", false)]
    [InlineData("quadratic", true)]
    [InlineData("network", true)]
    [InlineData("sparse", true)]
    public void TheParametersAreThePapersIterates(string problemName, bool adaptive)
    {
        GradientProblem problem = GradientProblem.Named(problemName);
        double[] y = problem.Start(), x = [.. y], z = [.. y], v = new double[y.Length];
        WarmUp schedule = new(new ConstantStepSize(0.02), 7);
        var parameter = new Parameter<double>("x", Device.Default, [y.Length], y);
        ScheduleFree<double> optimizer = adaptive
            ? new ScheduleFreeAdamW<double>([parameter], schedule) { WeightDecay = 0.01 }
            : new ScheduleFreeSgd<double>([parameter], schedule) { WeightDecay = 0.01 };
        using var given = new GivenGradients<double>(parameter);
        double sum = 0;
        for (int t = 1; t <= 50; t++)
        {
            double a = schedule.StepSize(t - 1);
            double c = a * a / (sum += a * a);
            double[] g = problem.Gradient(t, y);
            optimizer.Step(given.Of(g));
            for (int i = 0; i < y.Length; i++)
            {
                v[i] = (0.999 * v[i]) + (0.001 * g[i] * g[i]);
                double d = (adaptive ? g[i] / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8) : g[i]) + (0.01 * y[i]);
                z[i] -= a * d;
                x[i] += c * (z[i] - x[i]);
                y[i] = (0.1 * z[i]) + (0.9 * x[i]);
            }
        }

        AssertClose(y, parameter);
        optimizer.Evaluate();
        AssertClose(x, parameter);
        Assert.Contains("Train", Assert.Throws<InvalidOperationException>(() => optimizer.Step(given.Of(y))).Message);
        optimizer.Train();
        AssertClose(y, parameter);
    }

    [Fact]
    public void ARestoredRunContinuesToTheBit()
    {
        var schedule = new WarmUp(new ConstantStepSize(0.02), 7);
        var one = new Parameter<float>("x", Device.Default, [2], [1, 2]);
        var first = new ScheduleFreeAdamW<float>([one], schedule);
        using var given = new GivenGradients<float>(one);
        for (int t = 0; t < 20; t++)
            first.Step(given.Of([1, t]));
        var two = new Parameter<float>("x", Device.Default, [2], one.Value.ToArray());
        var second = new ScheduleFreeAdamW<float>([two], schedule);
        second.Restore(first.StepCount, first.UpdateCounts.ToDictionary(c => c.Name, c => c.Updates),
            first.State.ToDictionary(s => s.Name, s => s.Value.ToArray()));
        using var givenToTwo = new GivenGradients<float>(two);
        for (int t = 0; t < 20; t++)
        {
            first.Step(given.Of([-1, t]));
            second.Step(givenToTwo.Of([-1, t]));
        }

        Assert.Equal(one.Value.ToArray(), two.Value.ToArray());
    }

    [Fact]
    public void BadSettingsAreRefused() =>
    Assert.Contains("was 1",
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ScheduleFreeSgd<float>([new Parameter<float>("x", Device.Default, [1])], new ConstantStepSize(1)) { Momentum = 1 }).Message);

    private static void AssertClose(double[] expected, Parameter<double> parameter) =>
        Assert.InRange(expected.Zip(parameter.Value.ToArray(), (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, 1e-12);
}
