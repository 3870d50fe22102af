using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Tests;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Every optimiser against the published formulas, evaluated in plain loops in double.</summary>
public class UpdateTests
{
    // Not a multiple of any vector length, and more than one part of a parallel update.
    private const int Count = 20_011;
    private const int Steps = 50;

    private delegate void Formula(int t, double[] x, double[] g, double[] m, double[] v);

    [Fact]
    public void SgdFollowsItsFormula() => Compare(
        (p, s) => new Sgd<double>(p, s) { WeightDecay = 0.01 },
        (p, s) => new Sgd<float>(p, s) { WeightDecay = 0.01 },
        (t, x, g, m, v) =>
        {
            for (int i = 0; i < x.Length; i++)
                x[i] -= Size(t) * (g[i] + (0.01 * x[i]));
        });

    [Fact]
    public void MomentumFollowsItsFormula() => Compare(
        (p, s) => new Sgd<double>(p, s, 0.9) { WeightDecay = 0.01, Dampening = 0.2 },
        (p, s) => new Sgd<float>(p, s, 0.9) { WeightDecay = 0.01, Dampening = 0.2 },
        (t, x, g, m, v) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                double d = g[i] + (0.01 * x[i]);
                m[i] = t == 1 ? d : (0.9 * m[i]) + (0.8 * d);
                x[i] -= Size(t) * m[i];
            }
        });

    [Fact]
    public void NesterovFollowsItsFormula() => Compare(
        (p, s) => new Sgd<double>(p, s, 0.8) { Nesterov = true },
        (p, s) => new Sgd<float>(p, s, 0.8) { Nesterov = true },
        (t, x, g, m, v) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                m[i] = t == 1 ? g[i] : (0.8 * m[i]) + g[i];
                x[i] -= Size(t) * (g[i] + (0.8 * m[i]));
            }
        });

    [Fact]
    public void AdamFollowsItsFormula() => Compare(
        (p, s) => new Adam<double>(p, s) { WeightDecay = 0.01 },
        (p, s) => new Adam<float>(p, s) { WeightDecay = 0.01 },
        (t, x, g, m, v) => AdamStep(t, x, g, m, v, 0.01, 0));

    [Fact]
    public void AdamWFollowsItsFormula() => Compare(
        (p, s) => new AdamW<double>(p, s) { WeightDecay = 0.05 },
        (p, s) => new AdamW<float>(p, s) { WeightDecay = 0.05 },
        (t, x, g, m, v) => AdamStep(t, x, g, m, v, 0, 0.05));

    [Fact]
    public void HalfFollowsTheFormulaToItsPrecision()
    {
        double[] x = Draw(0, 300);
        var parameter = new Parameter<Half>("x", Device.Default, [300], [.. x.Select(value => (Half)value)]);
        var optimizer = new Sgd<Half>([parameter], new ConstantStepSize(0.1), 0.5);
        using var given = new GivenGradients<Half>(parameter);
        double[] m = new double[300];
        for (int t = 1; t <= 5; t++)
        {
            double[] g = Draw(t, 300);
            optimizer.Step(given.Of([.. g.Select(value => (Half)value)]));
            for (int i = 0; i < x.Length; i++)
                x[i] -= 0.1 * (m[i] = t == 1 ? g[i] : (0.5 * m[i]) + g[i]);
        }

        Half[] found = parameter.Value.ToArray();
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(x[i], (double)found[i], 1e-2);
    }

    [Fact]
    public void GroupsHaveTheirOwnStepSizeAndDecay()
    {
        var a = new Parameter<double>("a", Device.Default, [1], [1]);
        var b = new Parameter<double>("b", Device.Default, [1], [1]);
        var optimizer = new Sgd<double>([new ParameterGroup<double>([a]), new([b]) { StepSizeMultiplier = 10, WeightDecay = 1 }], new ConstantStepSize(0.01));
        using var tape = new Tape<double>();
        optimizer.Step(tape.Backward((tape.Parameter(a) + tape.Parameter(b)).Sum()));
        Assert.Equal(1 - 0.01, a.Value.GetScalar(), 1e-15);
        Assert.Equal(1 - (0.1 * 2), b.Value.GetScalar(), 1e-15);
    }

    [Fact]
    public void ParametersThatTheProgramDidNotUseStayAndAreNotCounted()
    {
        var a = new Parameter<double>("a", Device.Default, [1], [1]);
        var b = new Parameter<double>("b", Device.Default, [1], [1]);
        var optimizer = new AdamW<double>([a, b], new ConstantStepSize(0.01));
        using var tape = new Tape<double>();
        optimizer.Step(tape.Backward(tape.Parameter(a).Sum()));
        Assert.Equal(1, b.Value.GetScalar());
        Assert.Equal([("a", 1L), ("b", 0L)], optimizer.UpdateCounts);
    }

    [Fact]
    public void ARestoredOptimiserContinuesToTheBit()
    {
        var one = new Parameter<float>("x", Device.Default, [40], Draw(0, 40).Select(v => (float)v).ToArray());
        var first = new Adam<float>([one], new RobbinsMonro(0.1, 3));
        using var given = new GivenGradients<float>(one);
        for (int t = 1; t <= 3; t++)
            first.Step(given.Of(Draw(t, 40).Select(v => (float)v).ToArray()));

        var two = new Parameter<float>("x", Device.Default, [40], one.Value.ToArray());
        var second = new Adam<float>([two], new RobbinsMonro(0.1, 3));
        second.Restore(first.StepCount, first.UpdateCounts.ToDictionary(c => c.Name, c => c.Updates),
            first.State.ToDictionary(s => s.Name, s => s.Value.ToArray()));
        using var givenToTwo = new GivenGradients<float>(two);
        float[] gradient = Draw(4, 40).Select(v => (float)v).ToArray();
        first.Step(given.Of(gradient));
        second.Step(givenToTwo.Of(gradient));
        Assert.Equal(one.Value.ToArray(), two.Value.ToArray());
    }

    [Fact]
    public void RestoringRefusesMissingAndMisshapenStates()
    {
        var parameter = new Parameter<float>("x", Device.Default, [4]);
        var optimizer = new Sgd<float>([parameter], new ConstantStepSize(1), 0.9);
        Assert.Contains("'x.momentum'", Assert.Throws<ArgumentException>(() => optimizer.Restore(1, null, new Dictionary<string, float[]>())).Message);
        Assert.Contains("3 were given",
            Assert.Throws<ArgumentException>(() => optimizer.Restore(1, null, new Dictionary<string, float[]> { ["x.momentum"] = new float[3] })).Message);
    }

    [Fact]
    public void AStepAllocatesNothing()
    {
        var parameter = new Parameter<float>("x", Device.Default, [Count]);
        var optimizer = new Adam<float>([parameter], new RobbinsMonro(0.1)) { Clipping = GradientClipping.ByGlobalNorm(1) };
        using var given = new GivenGradients<float>(parameter);
        float[] gradient = new float[Count];
        Assert.Equal(0, Allocations.Least(() => optimizer.Step(given.Of(gradient))));
    }

    [Fact]
    public void TheNumberOfThreadsDoesNotChangeABit()
    {
        float[] Run(int threads)
        {
            using Device device = Device.Cpu(threads);
            var parameter = new Parameter<float>("x", device, [100_003], Draw(0, 100_003).Select(v => (float)v).ToArray());
            var optimizer = new Adam<float>([parameter], new ConstantStepSize(0.1)) { Clipping = GradientClipping.ByGlobalNorm(0.5) };
            using var given = new GivenGradients<float>(parameter);
            for (int t = 1; t <= 3; t++)
                optimizer.Step(given.Of(Draw(t, 100_003).Select(v => (float)v).ToArray()));
            return parameter.Value.ToArray();
        }

        Assert.Equal(Run(1), Run(2));
    }

    internal static double[] Draw(int stream, int count)
    {
        double[] values = new double[count];
        new Philox(7, (ulong)stream).Normal<double>(values, 0, 1);
        return values;
    }

    private static double Size(int t) => 0.05 / (1 + ((t - 1) / 20.0));

    private static void AdamStep(int t, double[] x, double[] g, double[] m, double[] v, double decay, double decoupled)
    {
        for (int i = 0; i < x.Length; i++)
        {
            x[i] *= 1 - (Size(t) * decoupled);
            double d = g[i] + (decay * x[i]);
            m[i] = (0.9 * m[i]) + ((1 - 0.9) * d);
            v[i] = (0.999 * v[i]) + ((1 - 0.999) * d * d);
            x[i] -= Size(t) * (m[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8);
        }
    }

    private static void Compare(
        Func<Parameter<double>[], IStepSizeSchedule, Optimizer<double>> inDouble,
        Func<Parameter<float>[], IStepSizeSchedule, Optimizer<float>> inSingle,
        Formula formula)
    {
        // Offset from 0, so that relative errors are those of the parameters and not of cancellation.
        double[] start = Draw(0, Count).Select(value => (double)(float)(10 + value)).ToArray();
        double[] x = [.. start], m = new double[Count], v = new double[Count];
        var schedule = new RobbinsMonro(0.05, 20);
        var doubles = new Parameter<double>("x", Device.Default, [Count], start);
        var singles = new Parameter<float>("x", Device.Default, [Count], start.Select(value => (float)value).ToArray());
        Optimizer<double> a = inDouble([doubles], schedule);
        Optimizer<float> b = inSingle([singles], schedule);
        using var givenDoubles = new GivenGradients<double>(doubles);
        using var givenSingles = new GivenGradients<float>(singles);
        for (int t = 1; t <= Steps; t++)
        {
            float[] gradient = Draw(t, Count).Select(value => (float)value).ToArray();
            double[] g = gradient.Select(value => (double)value).ToArray();
            a.Step(givenDoubles.Of(g));
            b.Step(givenSingles.Of(gradient));
            formula(t, x, g, m, v);
        }

        AssertClose(x, doubles.Value.ToArray(), 1e-12);
        AssertClose(x, singles.Value.ToArray(), 2e-6);
    }

    private static void AssertClose<T>(double[] expected, T[] found, double relative)
        where T : INumber<T>
    {
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
            worst = Math.Max(worst, Math.Abs(double.CreateChecked(found[i]) - expected[i]) / Math.Max(1, Math.Abs(expected[i])));
        Assert.True(worst <= relative, $"relative error {worst}");
    }
}
