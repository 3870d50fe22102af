using System.Numerics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>Small programs whose subdifferentials are known exactly, as programs on tensors and on numbers.</summary>
public class OracleTests
{
    private static readonly double[][] Signs = [[-1, -1], [-1, 1], [1, -1], [1, 1]];

    public static Dictionary<string, Oracle> Oracles { get; } = new()
    {
        ["identity of relus"] = new([0], [[1]], t => t.Relu() - (-t).Relu(), x => R(x[0]) - R(-x[0])),
        ["relu"] = new([0], [[0], [1]], t => t.Relu(), x => R(x[0])),
        ["relu by its mirror"] = new([0], [[0], [1]], t => (-t).Relu() + t, x => R(-x[0]) + x[0]),
        ["mean of two relus"] = new([0], [[0], [1]], t => (t.Relu() + (-t).Relu() + t) / 2.0, x => (R(x[0]) + R(-x[0]) + x[0]) / 2.0),
        ["zero of two relus"] = new([0], [[0]], t => (-t).Relu() + t - t.Relu(), x => R(-x[0]) + x[0] - R(x[0])),
        ["identity less three zeros"] = new([0], [[1]], t => t - (3.0 * ((-t).Relu() + t - t.Relu())), x => x[0] - (3.0 * (R(-x[0]) + x[0] - R(x[0])))),
        ["abs of relus"] = new([0], [[-1], [1]], t => t.Relu() + (-t).Relu(), x => R(x[0]) + R(-x[0])),
        ["max of one"] = new([0.7], [[1]], t => t.Maximum(t), x => Active.Max(x[0], x[0])),
        ["relu of relu"] = new([0], [[0], [1]], t => t.Relu().Relu(), x => R(R(x[0]))),
        ["relu of nothing"] = new([0], [[0]], t => t - t + (t * 0.0).Relu(), x => x[0] - x[0] + R(0.0 * x[0])),
        ["max plus min"] = new([1, 1], [[1, 1]], v => At(v, 0).Maximum(At(v, 1)) + At(v, 0)
            .Minimum(At(v, 1)), x => Active.Max(x[0], x[1]) + Active.Min(x[0], x[1])),
        ["zero of relus"] = new([0], [[0]], t => t.Relu().Relu() - t.Relu(), x => R(R(x[0])) - R(x[0])),
        ["max of three"] = new([0, 0], [[1, 0], [0, 1], [1, 1]], v => At(v, 0).Maximum(At(v, 1))
            .Maximum(At(v, 0) + At(v, 1)), x => Active.Max(Active.Max(x[0], x[1]), x[0] + x[1])),
        ["saddle of abs"] = new([0, 0], Signs, v => At(v, 0).Abs() - At(v, 1).Abs(), x => Active.Abs(x[0]) - Active.Abs(x[1])),
        ["x |x|"] = new([0], [[0]], t => t * t.Abs(), x => x[0] * Active.Abs(x[0])),
        ["relu of square"] = new([0], [[0]], t => (t * t).Relu(), x => R(x[0] * x[0])),
        ["square of relu"] = new([0], [[0]], t => t.Relu() * t.Relu(), x => R(x[0]) * R(x[0])),
        ["own relu"] = new([0], [[0], [1]], t => t <= 0.0 ? t * 0.0 : t, x => OwnRelu(x[0])),
        ["own identity"] = new([0], [[1]], t => t.CompareTo(0.0) == 0 ? t * 0.0 : t, x => x[0] == Active.Zero ? Active.Zero : x[0]),
        ["median"] = new([1, 1, 1], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], v => v.Median(), x => Median(x)),
        ["sort"] = new([1, 1, 1], [[1, 2, 4], [1, 4, 2], [2, 1, 4], [2, 4, 1], [4, 1, 2], [4, 2, 1]], v => (v.Sort() * v.Tape.Constant([3], [1, 2, 4])).Sum(),
            x => Sorted(x)),
        ["largest eigenvalue of a diagonal"] = new([2, 2], [[1, 0], [0, 1]], v => v.Max(), x => x[0] >= x[1] ? x[0] : x[1]),
        ["infinity norm at 0"] = new([0, 0], [[1, 0], [-1, 0], [0, 1], [0, -1]], v => v.NormInfinity(), x => Active.Max(Active.Abs(x[0]), Active.Abs(x[1]))),
        ["infinity norm at a tie"] = new([2, -2], [[1, 0], [0, -1]], v => v.NormInfinity(), x => Active.MaxMagnitude(x[0], x[1]) is var m && m < Active.Zero
            ? -m
            : m),
        ["ℓ₁ norm"] = new([0, 0], Signs, v => v.Norm1(), x => Active.Abs(x[0]) + Active.Abs(x[1])),
        ["two absolute values"] = new([0, 0, 0], [[1, 2, 1], [1, 0, -1], [-1, 0, 1], [-1, -2, -1]],
            v => (At(v, 0) + At(v, 1)).Abs() + (At(v, 1) + At(v, 2)).Abs(), x => Active.Abs(x[0] + x[1]) + Active.Abs(x[1] + x[2])),
        ["hinge at 1"] = new([1], [[-1], [0]], t => t.Hinge(), x => Active.Max(Active.Zero, 1.0 - x[0])),
        ["clamp at a bound"] = new([1], [[1], [0]], t => t.Clamp(-1, 1), x => Active.Clamp(x[0], -1, 1)),
    };

    public static TheoryData<string> Names => [.. Oracles.Keys];

    public static TheoryData<string> PlaneNames => [.. Oracles.Where(oracle => oracle.Value.Point.Length <= 2).Select(oracle => oracle.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSubdifferentialIsTheKnownSet(string name)
    {
        Oracle oracle = Oracles[name];
        foreach (Objective objective in oracle.Objectives)
        {
            for (ulong seed = 0; seed < 3; seed++)
            {
                ClarkeSubdifferential set = Clarke.Subdifferential(objective, oracle.Point, seed: seed);
                Assert.True(set.IsExact, $"{name}: {set.Certificate}");
                AssertSameHull(oracle.Generators, set, name);
                Assert.Equal(oracle.Generators.Length == 1, set.IsDifferentiable);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheClarkeGradientIsAGenerator(string name)
    {
        Oracle oracle = Oracles[name];
        foreach (Objective objective in oracle.Objectives)
        {
            for (ulong seed = 0; seed < 8; seed++)
            {
                ClarkeElement element = Clarke.Gradient(objective, oracle.Point, seed);
                Assert.True(element.Certificate.IsCertified, $"{name}: {element.Certificate}");
                Assert.Contains(oracle.Generators, generator => Distance(generator, element.Gradient) < 1e-12);
            }

            Assert.Contains(oracle.Generators, generator => Distance(generator, Clarke.LexicographicGradient(objective, oracle.Point).Gradient) < 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(PlaneNames))]
    public void CompassDifferencesAreClarkeSubgradientsInThePlane(string name)
    {
        Oracle oracle = Oracles[name];
        foreach (Objective objective in oracle.Objectives)
            Assert.True(Clarke.Subdifferential(objective, oracle.Point).Contains(Clarke.CompassDifference(objective, oracle.Point)), name);
    }

    [Theory]
    [InlineData("identity of relus", true)]
    [InlineData("identity less three zeros", true)]
    [InlineData("own identity", true)]
    [InlineData("relu", false)]
    [InlineData("zero of relus", false)]
    [InlineData("abs of relus", false)]
    [InlineData("saddle of abs", false)]
    [InlineData("max plus min", false)]
    [InlineData("x |x|", false)]
    public void ArtificialCriticalPointsAreFound(string name, bool expected)
    {
        Oracle oracle = Oracles[name];
        foreach (Objective objective in oracle.Objectives)
        {
            ArtificialCriticality found = ArtificialCriticality.Of(objective, oracle.Point);
            Assert.Equal(expected, found.IsArtificial);
            if (!expected)
                continue;
            double[] direction = [.. found.DescentDirection!];
            Assert.True(Clarke.DirectionalDerivative(objective, oracle.Point, direction) < 0);
            double[] mixed = new double[direction.Length];
            for (int i = 0; i < found.WeightsOfZero!.Count; i++)
            {
                for (int k = 0; k < mixed.Length; k++)
                    mixed[k] += found.WeightsOfZero[i] * found.Backpropagation.Generators[i][k];
            }

            Assert.All(mixed, value => Assert.Equal(0, value, 1e-9));
        }
    }

    [Fact]
    public void BackpropagationOfTheIdentityReachesFromZeroToTwo()
    {
        foreach (Objective objective in Oracles["identity of relus"].Objectives)
        {
            BackpropagationSet set = BackpropagationSet.Of(objective, [0]);
            Assert.True(set.IsExact);
            Assert.Equal(4, set.Combinations);
            Assert.Equal([0.0, 1, 2], set.Generators.Select(generator => generator[0]).Order());
        }
    }

    [Fact]
    public void BackpropagationOfZeroReachesFromMinusOneToOne()
    {
        foreach (Objective objective in Oracles["zero of two relus"].Objectives)
        {
            BackpropagationSet set = BackpropagationSet.Of(objective, [0]);
            Assert.Equal([-1.0, 0, 1], set.Generators.Select(generator => generator[0]).Order());
        }
    }

    [Theory]
    [InlineData("saddle of abs")]
    [InlineData("minus abs")]
    public void TheFourNotionsDiffer(string name)
    {
        if (name == "minus abs")
        {
            foreach (Objective objective in (Objective[])[Objective.OfTensor(t => -t.Abs()), Objective.OfScalars(x => -Active.Abs(x[0]))])
            {
                ClarkeSubdifferential set = Clarke.Subdifferential(objective, [0]);
                Assert.Null(set.FrechetElement());
                foreach (double v in (double[])[-1, -0.5, 0, 0.5, 1])
                {
                    Assert.True(set.Contains([v]));
                    Assert.False(set.FrechetContains([v]));
                    Assert.Equal(Math.Abs(v) == 1, set.LimitingContains([v]));
                    Assert.False(set.ConvexContains([v]));
                }

                Assert.False(set.Contains([1.5]));
                Assert.False(set.LimitingContains([1.5]));
            }

            return;
        }

        // |x| − |y|: no Fréchet subgradient, limiting ones where the second coordinate is ±1, Clarke's set the square.
        foreach (Objective objective in Oracles[name].Objectives)
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, [0, 0]);
            Assert.True(set.IsStationary());
            Assert.Null(set.FrechetElement());
            Assert.False(set.FrechetContains([0, 0]));
            Assert.True(set.LimitingContains([0.3, 1]));
            Assert.True(set.LimitingContains([-0.3, -1]));
            Assert.False(set.LimitingContains([0.3, 0.5]));
            Assert.False(set.LimitingContains([1, 0]));
            Assert.True(set.Contains([1, 0]));
        }
    }

    [Fact]
    public void OfAConvexFunctionAllNotionsAgree()
    {
        foreach (Objective objective in Oracles["max of three"].Objectives)
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, [0, 0]);
            Assert.True(set.IsConvex);
            foreach (double[] v in (double[][])[[0.5, 0.5], [1, 0], [0.9, 0.9], [0.2, 0.2], [1, 1.1]])
            {
                bool? isIn = set.Contains(v);
                Assert.Equal(isIn, set.FrechetContains(v));
                Assert.Equal(isIn, set.LimitingContains(v));
                Assert.Equal(isIn, set.ConvexContains(v));
            }

            Assert.Equal([0.5, 0.5], set.MinimalNormElement.Select(value => Math.Round(value, 12)));
            Assert.Equal(Math.Sqrt(0.5), set.Distance.Upper, 1e-12);
            Assert.Equal(1, set.DirectionalDerivative([1, -1]).Upper);
        }
    }

    [Fact]
    public void ANormAtTheOriginHasGradientsOfLengthOneAndAStationaryBall()
    {
        foreach (Objective objective in (Objective[])[Objective.OfTensor(v => v.Norm2()), Objective.OfScalars(x => Active.Hypot(x[0], x[1]))])
        {
            for (ulong seed = 0; seed < 8; seed++)
            {
                ClarkeElement element = Clarke.Gradient(objective, [0, 0], seed);
                Assert.Equal(1, Math.Sqrt(element.Gradient.Sum(v => v * v)), 1e-12);
            }

            ClarkeSubdifferential set = Clarke.Subdifferential(objective, [0, 0]);
            Assert.False(set.IsPiecewiseLinear);
            Assert.False(set.IsExact);
            Assert.True(set.IsStationary());
            Assert.True(set.Contains([0.6, 0.6]));
            Assert.True(set.KnowsWholeSet);
            Assert.False(set.Contains([0.8, 0.8]));
            Assert.Null(Clarke.Subdifferential(objective, [0, 0], method: SetMethod.Pieces).Contains([0.8, 0.8]));
            Assert.True(set.FrechetContains([0.5, -0.5]));
            Assert.False(set.FrechetContains([1.5, 0]));
            Assert.Equal(5, Clarke.DirectionalDerivative(objective, [0, 0], [3, 4]), 1e-12);
        }
    }

    [Fact]
    public void GoldsteinsSetSeesAsFarAsItsRadius()
    {
        foreach (Objective objective in (Objective[])[Objective.OfTensor(t => t.Abs()), Objective.OfScalars(x => Active.Abs(x[0]))])
        {
            Assert.True(Clarke.Goldstein(objective, [0.05], 0.1).IsStationary());
            GoldsteinSubdifferential near = Clarke.Goldstein(objective, [0.05], 0.04);
            Assert.Equal([1.0], Assert.Single(near.Generators));
        }
    }

    [Fact]
    public void WhatTheTheoryDoesNotCoverIsReported()
    {
        foreach (Objective objective in (Objective[])[Objective.OfTensor(t => (t * t).Sqrt()), Objective.OfScalars(x => Active.Sqrt(x[0] * x[0]))])
        {
            ClarkeElement element = Clarke.Gradient(objective, [0]);
            Assert.False(element.Certificate.IsCertified);
            Assert.Equal("sqrt", Assert.Single(element.Certificate.NotLocallyLipschitz).Name);
        }

        foreach (Objective step in (Objective[])[Objective.OfTensor(t => t > 0.0 ? t * 0.0 + 1.0 : t * 0.0), Objective.OfScalars(x => x[0] > Active.Zero
            ? Active.One
            : x[0] * 0.0)])
        {
            for (ulong seed = 0; seed < 4; seed++)
            {
                ClarkeElement element = Clarke.Gradient(step, [0], seed);
                Assert.Equal(1, element.Certificate.Jump);
                Assert.False(element.Certificate.IsCertified);
            }
        }

        foreach (Objective floor in (Objective[])[Objective.OfTensor(t => t.Floor()), Objective.OfScalars(x => Active.Floor(x[0]))])
            Assert.Equal("floor", Assert.Single(Clarke.Gradient(floor, [2]).Certificate.Discontinuous).Name);
    }

    [Fact]
    public void AComparisonThatTangentsDoNotDecideIsReported()
    {
        // x² ≤ 0 holds only at one point; no direction leads onto that branch, and to first order none leads off it.
        Objective objective = Objective.OfScalars(x => x[0] * x[0] <= Active.Zero ? x[0] : 2 * x[0]);
        ClarkeElement element = Clarke.Gradient(objective, [0]);
        Assert.Equal(1, element.Certificate.UndecidedComparisons);
        Assert.False(element.Certificate.IsCertified);
    }

    [Fact]
    public void LexicographicGradientsFollowTheirDirections()
    {
        Objective objective = Objective.OfScalars(x => Active.Max(x[0], x[1]));
        Assert.Equal([1.0, 0], Clarke.LexicographicGradient(objective, [0, 0], [1, 0], [0, 1]).Gradient);
        Assert.Equal([0.0, 1], Clarke.LexicographicGradient(objective, [0, 0], [0, 1], [1, 0]).Gradient);

        // Along (1, 1) the two tie, so that the second direction decides.
        Assert.Equal([0.0, 1], Clarke.LexicographicGradient(objective, [0, 0], [1, 1], [-1, 0]).Gradient);
        Assert.Equal([1.0, 0], Clarke.LexicographicGradient(objective, [0, 0], [1, 1], [1, 0]).Gradient);
    }

    [Fact]
    public void ABudgetThatIsTooSmallIsSaid()
    {
        Objective objective = Objective.OfTensor(v => v.Norm1());
        ClarkeSubdifferential part = Clarke.Subdifferential(objective, new double[6], budget: 10, method: SetMethod.Pieces);
        Assert.False(part.IsWithinBudget);
        Assert.False(part.IsExact);
        Assert.Equal(10, part.Cells.Count);
        Assert.Equal(64, Clarke.Subdifferential(objective, new double[6]).Cells.Count);
    }

    [Fact]
    public void LocksTellWhatWasDecided()
    {
        ClarkeElement element = Clarke.Gradient(Objective.OfTensor(v => At(v, 0).Maximum(At(v, 1))), [1, 1], [1.0, 2.0]);
        Assert.Equal("maximum (node 3): node 2[0] > node 1[0]", Assert.Single(element.Certificate.Locks));
        Assert.Equal([1.0, 2.0], element.Certificate.Direction);
        Assert.Equal([0.0, 1.0], element.Gradient);
    }

    [Fact]
    public void WrongInputIsRefused()
    {
        Objective objective = Objective.OfScalars(x => x[0]);
        Assert.Contains("no variables", Assert.Throws<ArgumentException>(() => Clarke.Gradient(objective, [])).Message, StringComparison.Ordinal);
        Assert.Contains("2 elements", Assert.Throws<ArgumentException>(() => Clarke.DirectionalDerivative(objective, [0], [1, 2])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Clarke.Subdifferential(objective, [0], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Clarke.Goldstein(objective, [0], 0));
        Assert.Throws<ArgumentException>(() => Clarke.CompassDifference(objective, [0, 0, 0]));
        Assert.Contains("one element", Assert.Throws<InvalidOperationException>(() => Objective.OfTensor(v => v).Value([1, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains("shapes [2]", Assert.Throws<ArgumentException>(() => Objective.OfTensors([[2]], leaves => leaves[0].Sum()).Value([1, 2, 3])).Message,
            StringComparison.Ordinal);
    }

    private static Var<double> At(Var<double> v, int index) => v.Slice(0, index, 1);

    private static Active R(Active x) => Active.Relu(x);

    private static T OwnRelu<T>(T x)
        where T : INumber<T> => x <= T.Zero ? T.Zero : x;

    private static T Median<T>(T[] x)
        where T : INumber<T> => T.Max(T.Min(x[0], x[1]), T.Min(T.Max(x[0], x[1]), x[2]));

    // Insertion sort, with comparisons in the program.
    private static T Sorted<T>(T[] x)
        where T : INumber<T>
    {
        T[] sorted = [.. x];
        for (int i = 1; i < sorted.Length; i++)
        {
            for (int j = i; j > 0 && sorted[j] < sorted[j - 1]; j--)
                (sorted[j], sorted[j - 1]) = (sorted[j - 1], sorted[j]);
        }

        T two = T.One + T.One;
        return sorted[0] + (two * sorted[1]) + (two * two * sorted[2]);
    }

    private static void AssertSameHull(double[][] expected, Subdifferential set, string name)
    {
        Assert.All(set.Generators,
            generator => Assert.True(expected.Any(other => Distance(other, generator) < 1e-10), $"{name}: {set} has a generator of its own"));
        Assert.All(expected, generator => Assert.True(set.Contains(generator), $"{name}: {set} misses ({string.Join(", ", generator)})"));
    }

    private static double Distance(double[] x, IReadOnlyList<double> y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    /// <summary>A program in two forms, a point, and the gradients of the pieces that meet there.</summary>
    public sealed record Oracle(double[] Point, double[][] Generators, Func<Var<double>, Var<double>> OnTensor, Func<Active[], Active> OnNumbers)
    {
        public Objective[] Objectives => [Objective.OfTensor(OnTensor), Objective.OfScalars(OnNumbers)];
    }
}
