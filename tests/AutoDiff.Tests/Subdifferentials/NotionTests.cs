using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>The kinks of single operations, with left and right slopes and the notions that hold between them, and iterative programs.</summary>
public class NotionTests
{
    private static readonly Dictionary<string, (Func<Active, Active> Function, double At, double[] Corners, bool IsRegular)> Kinks = new()
    {
        ["relu"] = (x => Active.Relu(x), 0, [0, 1], true),
        ["minus relu"] = (x => -Active.Relu(x), 0, [-1, 0], false),
        ["abs"] = (x => Active.Abs(x), 0, [-1, 1], true),
        ["minus abs"] = (x => -Active.Abs(x), 0, [-1, 1], false),
        ["leaky relu 0.1"] = (x => x.Apply(new LeakyRelu(0.1, null)), 0, [0.1, 1], true),
        ["leaky relu 3"] = (x => x.Apply(new LeakyRelu(3, null)), 0, [1, 3], false),
        ["relu6 at 0"] = (x => x.Apply(new Relu6(null)), 0, [0, 1], true),
        ["relu6 at 6"] = (x => x.Apply(new Relu6(null)), 6, [0, 1], false),
        ["hardtanh at −1"] = (x => x.Apply(new HardTanh(-1, 1, null)), -1, [0, 1], true),
        ["hardtanh at 1"] = (x => x.Apply(new HardTanh(-1, 1, null)), 1, [0, 1], false),
        ["soft threshold at λ"] = (x => x.Apply(new SoftThreshold(0.5, null)), 0.5, [0, 1], true),
        ["soft threshold at −λ"] = (x => x.Apply(new SoftThreshold(0.5, null)), -0.5, [0, 1], false),
        ["hinge"] = (x => x.Apply(new Hinge(null)), 1, [-1, 0], true),
        ["x |x|"] = (x => x * Active.Abs(x), 0, [0], true),
        ["square of relu"] = (x => Active.Relu(x) * Active.Relu(x), 0, [0], true),
        ["huber at its threshold"] = (x => x.Apply(new Huber(1)), 1, [1], true),
    };

    public static TheoryData<string> Names => [.. Kinks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheNotionsAreThoseOfTheTwoSlopes(string name)
    {
        (Func<Active, Active> function, double at, double[] corners, bool isRegular) = Kinks[name];
        for (ulong seed = 0; seed < 3; seed++)
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(Objective.OfScalars(x => function(x[0])), [at], seed: seed);
            Assert.True(set.IsExact);
            Assert.Equal(corners, set.Generators.Select(generator => Math.Round(generator[0], 12) + 0).Order());
            double middle = corners.Average();
            Assert.True(set.Contains([middle]));
            Assert.False(set.Contains([corners[^1] + 0.1]));

            // At a convex kink every slope in between is a Fréchet subgradient; at a concave one none is, and only the two slopes are limiting.
            Assert.Equal(isRegular, set.FrechetContains([middle]));
            Assert.Equal(isRegular, set.LimitingContains([middle]));
            Assert.Equal(isRegular, set.FrechetElement() is not null);
            Assert.All(corners, corner => Assert.True(set.LimitingContains([corner])));
        }
    }

    [Fact]
    public void TiesOfMaximaAndMinimaAreSimplicesAndTheirCorners()
    {
        Objective largest = Objective.OfTensor(v => v.Max()), smallest = Objective.OfTensor(v => v.Min());
        ClarkeSubdifferential max = Clarke.Subdifferential(largest, [1, 1, 0]), min = Clarke.Subdifferential(smallest, [1, 1, 3]);
        Assert.True(max.FrechetContains([0.3, 0.7, 0]));
        Assert.False(max.Contains([0.3, 0.6, 0]));
        Assert.True(min.Contains([0.3, 0.7, 0]));
        Assert.False(min.LimitingContains([0.3, 0.7, 0]));
        Assert.True(min.LimitingContains([1, 0, 0]));
        Assert.Null(min.FrechetElement());

        // The median of three acts as the maximum of the lower two, or the minimum of the upper two.
        Objective median = Objective.OfTensor(v => v.Median());
        Assert.NotNull(Clarke.Subdifferential(median, [1, 1, 3]).FrechetElement());
        Assert.Null(Clarke.Subdifferential(median, [1, 3, 3]).FrechetElement());
    }

    [Fact]
    public void AThresholdSolutionMovesWithItsParameter()
    {
        // argmin ½(x − b)² + λ|x| = sign(b)·max(|b| − λ, 0), as a function of λ.
        static Objective Solution(double b) => Objective.OfScalars(x => Math.Sign(b) * Active.Relu(Math.Abs(b) - x[0]));
        Assert.Equal([-1.0], Clarke.Gradient(Solution(2), [0.5]).Gradient);
        Assert.Equal([1.0], Clarke.Gradient(Solution(-2), [0.5]).Gradient);
        Assert.Equal([0.0], Clarke.Gradient(Solution(0.3), [0.5]).Gradient.Select(value => value + 0));
        Assert.Equal([-1.0, 0.0], Clarke.Subdifferential(Solution(0.5), [0.5]).Generators.Select(generator => generator[0] + 0).Order());

        // Forward-backward steps of ½ from 0, differentiated along the iteration.
        for (int steps = 1; steps <= 5; steps++)
        {
            int count = steps;
            Objective iteration = Objective.OfScalars(x =>
            {
                Active z = Active.Zero;
                for (int k = 0; k < count; k++)
                {
                    Active forward = z - (0.5 * (z - 2));
                    z = Active.Relu(forward - (0.5 * x[0])) - Active.Relu(-forward - (0.5 * x[0]));
                }

                return z;
            });
            (double value, double[] gradient) = iteration.Gradient([0.5]);
            Assert.Equal(1.5 * (1 - Math.Pow(0.5, steps)), value, 1e-14);
            Assert.Equal(-(1 - Math.Pow(0.5, steps)), gradient[0], 1e-14);
        }
    }

    [Fact]
    public void AFixedPointAtItsKinkHasTheSetOfItsTwoSides()
    {
        // z = relu(a·z + t), unrolled: 0 on one side of t = 0, (1 − aᵏ)/(1 − a) on the other.
        Objective fixedPoint = Objective.OfScalars(t =>
        {
            Active z = Active.Zero;
            for (int k = 0; k < 60; k++)
                z = Active.Relu((0.5 * z) + t[0]);
            return z;
        });
        ClarkeSubdifferential set = Clarke.Subdifferential(fixedPoint, [0]);
        Assert.Equal([0.0, 2.0], set.Generators.Select(generator => Math.Round(generator[0], 12)).Order());
        Assert.False(ArtificialCriticality.Of(Objective.OfScalars(t => t[0] - Active.Relu(t[0])), [0]).IsArtificial);
    }

    [Fact]
    public void TheFlowOfAbsAtItsKinkHasTheSetOfItsTwoSides()
    {
        // Euler steps of x' = |x|: near e^t above 0, and e^(−t) below.
        const int Steps = 1000;
        Objective flow = Objective.OfScalars(x =>
        {
            Active state = x[0];
            for (int k = 0; k < Steps; k++)
                state += Active.Abs(state) / Steps;
            return state;
        });
        double[] corners = [.. Clarke.Subdifferential(flow, [0]).Generators.Select(generator => generator[0]).Order()];
        Assert.Equal(2, corners.Length);
        Assert.Equal(Math.Exp(-1), corners[0], 1e-3);
        Assert.Equal(Math.E, corners[1], 2e-3);
    }
}
