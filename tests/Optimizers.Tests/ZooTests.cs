using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>The zoo against the published rules in plain double arithmetic, and its states across a save.</summary>
public class ZooTests
{
    private const int Steps = 50;
    private const int StatesOfRules = 4;

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (ZooMember member in ZooMembers.All)
            {
                foreach (string problem in new[] { "quadratic", "network", "sparse" })
                    cases.Add(member.Name, problem);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FiftyStepsFollowThePublishedRule(string member, string problem)
    {
        Assert.InRange(Difference<double>(member, problem), 0, 1e-12);
        Assert.InRange(Difference<float>(member, problem), 0, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AStateRestoredMidRunContinuesToTheBit(string name, string problemName)
    {
        ZooMember member = ZooMembers.All.Single(m => m.Name == name);
        GradientProblem problem = GradientProblem.Named(problemName);
        double[] x = problem.Start();
        RobbinsMonro schedule = new(member.StepSize, 20);
        var one = new Parameter<float>("x", Device.Default, [problem.Count], Narrow<float>(x));
        Optimizer<float> first = member.Make(one, schedule);
        using var given = new GivenGradients<float>(one);
        for (int t = 1; t <= Steps / 2; t++)
            first.Step(given.Of(Narrow<float>(problem.Gradient(t, x))));
        var two = new Parameter<float>("x", Device.Default, [problem.Count], one.Value.ToArray());
        Optimizer<float> second = member.Make(two, schedule);
        second.Restore(first.StepCount, first.UpdateCounts.ToDictionary(c => c.Name, c => c.Updates),
            first.State.ToDictionary(s => s.Name, s => s.Value.ToArray()));
        using var givenToTwo = new GivenGradients<float>(two);
        for (int t = (Steps / 2) + 1; t <= Steps; t++)
        {
            float[] gradient = Narrow<float>(problem.Gradient(t, [.. one.Value.ToArray().Select(value => (double)value)]));
            first.Step(given.Of(gradient));
            second.Step(givenToTwo.Of(gradient));
        }

        Assert.Equal(one.Value.ToArray(), two.Value.ToArray());
        foreach (((string _, NDArray<float> a), (string _, NDArray<float> b)) in first.State.Zip(second.State))
            Assert.Equal(a.ToArray(), b.ToArray());
    }

    [Fact]
    public void AveragesFollowTheIterates()
    {
        var parameter = new Parameter<double>("x", Device.Default, [1], [1]);
        var optimizer = new AveragedSgd<double>([parameter], new ConstantStepSize(0.1)) { AverageFrom = 2, Damping = 0 };
        using var given = new GivenGradients<double>(parameter);
        List<double> iterates = [];
        for (int t = 0; t < 8; t++)
        {
            optimizer.Step(given.Of([parameter.Value.GetScalar()]));
            iterates.Add(parameter.Value.GetScalar());
        }

        // Updates 1 to 4 put the iterate in place of the average; from there on it is a mean.
        Assert.Equal(iterates.Skip(3).Average(), optimizer.Average(parameter).GetScalar(), 1e-14);
        Assert.Contains("y", Assert.Throws<ArgumentException>(() => optimizer.Average(new Parameter<double>("y", Device.Default, [1]))).Message);
    }

    [Fact]
    public void FollowTheLeaderMakesExactZeros()
    {
        var parameter = new Parameter<float>("x", Device.Default, [2], [1, 1]);
        var optimizer = new Ftrl<float>([parameter], new ConstantStepSize(0.1)) { AbsolutePenalty = 5 };
        using var given = new GivenGradients<float>(parameter);
        optimizer.Step(given.Of([0.1f, 50]));
        Assert.Equal(0, parameter.Value.ToArray()[0]);
        Assert.NotEqual(0, parameter.Value.ToArray()[1]);
    }

    [Fact]
    public void InertialNewtonHasItsKnownIterates()
    {
        // J = θ²/2 from 1 with a = 0.5, b = 0.1, α = 0.1, by hand.
        var parameter = new Parameter<double>("x", Device.Default, [1], [1]);
        var optimizer = new Inna<double>([parameter], new ConstantStepSize(0.1));
        using var given = new GivenGradients<double>(parameter);
        foreach ((double theta, double psi) in ((double, double)[])[(0.99, 0.95), (0.9706, 0.9405), (0.942464, 0.92207), (0.90631016, 0.8953408)])
        {
            optimizer.Step(given.Of([parameter.Value.GetScalar()]));
            Assert.Equal(theta, parameter.Value.GetScalar(), 1e-13);
            Assert.Equal(psi, optimizer.State.Single().Value.GetScalar() + (0.95 * theta), 1e-13);
        }
    }

    [Fact]
    public void BadSettingsAreRefusedInSentences()
    {
        Parameter<float>[] p = [new Parameter<float>("x", Device.Default, [1])];
        var s = new ConstantStepSize(1);
        Refused(() => new RmsProp<float>(p, s, 1), "1");
        Refused(() => new RmsProp<float>(p, s) { Decay = -0.5 }, "-0.5");
        Refused(() => new Adagrad<float>(p, s, -2), "-2");
        Refused(() => new Adagrad<float>(p, s) { StepSizeDecay = double.NaN }, "NaN");
        Refused(() => new Adadelta<float>(p, s) { Epsilon = 0 }, "0");
        Refused(() => new Adamax<float>(p, s) { Beta2 = 1 }, "1");
        Refused(() => new NAdam<float>(p, s) { MomentumDecay = -1 }, "-1");
        Refused(() => new Rprop<float>(p, s) { Growth = 0.9 }, "0.9");
        Refused(() => new Rprop<float>(p, s) { Shrink = 1.5 }, "1.5");
        Refused(() => new AveragedSgd<float>(p, s) { Power = -3 }, "-3");
        Refused(() => new Lion<float>(p, s) { Beta1 = 2 }, "2");
        Refused(() => new RAdam<float>(p, s) { Epsilon = -1 }, "-1");
        Refused(() => new Adan<float>(p, s) { Beta3 = 1 }, "1");
        Refused(() => new Ftrl<float>(p, s) { StepSizePower = 0.5 }, "0.5");
        Refused(() => new Ftrl<float>(p, s, 0), "0");
        Refused(() => new Inna<float>(p, s) { Damping = 0 }, "0");
        Refused(() => new InnaProp<float>(p, s) { Viscosity = -1 }, "-1");
        using var given = new GivenGradients<float>(p[0]);
        Gradients<float> gradients = given.Of([1]);
        Assert.Contains("60", Assert.Throws<InvalidOperationException>(() => new Rprop<float>(p, s) { SmallestStep = 60 }.Step(gradients)).Message);
    }

    private static void Refused(Func<object> make, string value) => Assert.Contains("was " + value, Assert.Throws<ArgumentOutOfRangeException>(make).Message);

    private static double Difference<T>(string name, string problemName)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ZooMember member = ZooMembers.All.Single(m => m.Name == name);
        GradientProblem problem = GradientProblem.Named(problemName);
        double[] x = [.. Narrow<float>(problem.Start()).Select(value => (double)value)];
        RobbinsMonro schedule = new(member.StepSize, 20);
        var parameter = new Parameter<T>("x", Device.Default, [x.Length], Narrow<T>(x));
        Optimizer<T> optimizer = member.Make(parameter, schedule);
        using var given = new GivenGradients<T>(parameter);
        double[][] states = [.. x.Select(_ => new double[StatesOfRules])];
        for (int t = 1; t <= Steps; t++)
        {
            // Both sides get the reference's gradient, so that any difference comes from the update.
            double[] g = [.. Narrow<T>(problem.Gradient(t, x)).Select(double.CreateChecked)];
            optimizer.Step(given.Of(Narrow<T>(g)));
            for (int i = 0; i < x.Length; i++)
                x[i] = member.Rule(t, schedule.StepSize(t - 1), x[i], g[i], states[i]);
        }

        double[] found = [.. parameter.Value.ToArray().Select(double.CreateChecked)];
        return found.Zip(x, (a, b) => Math.Abs(a - b)).Max() / x.Max(Math.Abs);
    }

    private static T[] Narrow<T>(double[] values)
        where T : INumber<T> => [.. values.Select(T.CreateChecked)];
}
