using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Certificates;

/// <summary>The o-minimal structure of a program, and the operation that determines it.</summary>
public class TameTests
{
    public static TheoryData<string, TameClass, string?, bool?> Programs => new()
    {
        { "polynomial", TameClass.Polynomial, null, true },
        { "network", TameClass.SemiAlgebraic, "relu", true },
        { "branch", TameClass.SemiAlgebraic, "comparison", null },
        { "softmax network", TameClass.LogExp, "sigmoid", true },
        { "sine", TameClass.NotTame, "sin", true },
        { "sine of a bounded value", TameClass.LogExp, "tanh", true },
        { "sine of a clamped value", TameClass.GloballySubanalytic, "sin", true },
        { "sine of a quotient of bounded values", TameClass.NotTame, "sin", true },
        { "error function", TameClass.Pfaffian, "erf", true },
        { "root", TameClass.SemiAlgebraic, "abs", false },
        { "floor", TameClass.NotTame, "floor", false },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void ProgramsAreInTheSmallestKnownStructure(string name, TameClass expected, string? decisive, bool? isLipschitz)
    {
        foreach (Objective objective in Spellings(name))
        {
            TameCertificate certificate = Tame.Certify(objective, [0.5]);
            Assert.Equal(expected, certificate.Class);
            Assert.Equal(decisive, certificate.Decisive?.Name);
            Assert.Equal(isLipschitz, certificate.IsLocallyLipschitz);
            Assert.Equal(expected == TameClass.NotTame ? false : isLipschitz, certificate.IsPathDifferentiable);
        }
    }

    [Fact]
    public void OverABoundedDomainAnalyticFunctionsAreSubanalytic()
    {
        foreach (Objective sine in Spellings("sine"))
            Assert.Equal(TameClass.GloballySubanalytic, Tame.Certify(sine, [0.5], true).Class);
        foreach (Objective floor in Spellings("floor"))
        {
            TameCertificate certificate = Tame.Certify(floor, [0.5], true);
            Assert.Equal(TameClass.SemiAlgebraic, certificate.Class);
            Assert.False(certificate.IsContinuous);
        }
    }

    [Fact]
    public void ThePointItselfIsSpokenOf()
    {
        Objective objective = Objective.OfTensor(v => v.Abs().Sqrt().Sum());
        Assert.True(Tame.Certify(objective, [0.5]).IsSmoothHere);
        TameCertificate atZero = Tame.Certify(objective, [0]);
        Assert.False(atZero.IsSmoothHere);
        Assert.Equal("sqrt", Assert.Single(atZero.ObstaclesHere).Operation.Name);
        Assert.Contains("not locally Lipschitz everywhere (sqrt)", atZero.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x + 2y − 3", Curvature.Affine)]
    [InlineData("max of affine", Curvature.Convex)]
    [InlineData("minus max", Curvature.Concave)]
    [InlineData("max of convex", Curvature.Convex)]
    [InlineData("relu of concave", Curvature.Unknown)]
    [InlineData("square of affine", Curvature.Convex)]
    [InlineData("square of convex", Curvature.Unknown)]
    [InlineData("exp of convex", Curvature.Convex)]
    [InlineData("log of affine", Curvature.Concave)]
    [InlineData("negative multiple of a minimum", Curvature.Convex)]
    [InlineData("divided by a negative", Curvature.Concave)]
    [InlineData("product", Curvature.Unknown)]
    [InlineData("branch", Curvature.Unknown)]
    public void CurvatureFollowsTheRulesOfComposition(string name, Curvature expected)
    {
        foreach (Objective objective in CurvedSpellings(name))
            Assert.Equal(expected, Convexity.Certify(objective, [0.5, 0.25]));
    }

    [Fact]
    public void ALassoIsConvexAndARegularisedNetworkIsNot()
    {
        double[] data = [1, 2, -1, 0.5, 3, 1];
        Assert.Equal(Curvature.Convex,
            Convexity.Certify(Objective.OfTensor(w => (w.Reshape([1, 2]).MatMul(w.Tape.Constant([2, 3], data)) - 1.0).Square().Sum() + (0.1 * w.Norm1())),
                [1, 2]));
        Assert.Equal(Curvature.Convex,
            Convexity.Certify(Objective.OfTensor(w => w.Reshape([1, 2]).CrossEntropy(w.Tape.Indices([1], [1])) + w.Norm2()), [1, 2]));
        Assert.Equal(Curvature.Unknown, Convexity.Certify(Objective.OfTensor(w => (w.Slice(0, 0, 1).Relu() * w.Slice(0, 1, 1)).Sum()), [1, 2]));
    }

    private static Objective[] Spellings(string name) => name switch
    {
        "polynomial" => [Objective.OfTensor(v => v * v * 3.0), Objective.OfScalars(x => 3 * x[0] * x[0])],
        "network" => [Objective.OfTensor(v => (v * 2.0).Relu()), Objective.OfScalars(x => Active.Relu(2 * x[0]))],
        "branch" => [Objective.OfTensor(v => v > 0.0 ? v : v * 2.0), Objective.OfScalars(x => x[0] > Active.Zero ? x[0] : 2 * x[0])],
        "softmax network" => [Objective.OfTensor(v => v.Relu().Sigmoid()), Objective.OfScalars(x => Active.Relu(x[0]).Apply(default(Sigmoid)))],
        "sine" => [Objective.OfTensor(v => v.Sin()), Objective.OfScalars(x => Active.Sin(x[0]))],
        "sine of a bounded value" => [Objective.OfTensor(v => v.Tanh().Sin()), Objective.OfScalars(x => Active.Sin(Active.Tanh(x[0])))],
        "sine of a clamped value" =>
            [Objective.OfTensor(v => (v.Clamp(-1, 1) * 3.0).Sin()), Objective.OfScalars(x => Active.Sin(3 * x[0].Apply(new Clamp(-1, 1, null))))],
        "sine of a quotient of bounded values" =>
            [Objective.OfTensor(v => (v.Clamp(-1, 1) / v.Clamp(-2, 2)).Sin()),
                Objective.OfScalars(x => Active.Sin(x[0].Apply(new Clamp(-1, 1, null)) / x[0].Apply(new Clamp(-2, 2, null))))],
        "error function" => [Objective.OfTensor(v => v.Erf()), Objective.OfScalars(x => x[0].Apply(default(Erf)))],
        "root" => [Objective.OfTensor(v => v.Abs().Sqrt()), Objective.OfScalars(x => Active.Sqrt(Active.Abs(x[0])))],
        _ => [Objective.OfTensor(v => v.Floor()), Objective.OfScalars(x => Active.Floor(x[0]))],
    };

    private static Objective[] CurvedSpellings(string name) => name switch
    {
        "x + 2y − 3" => Both(x => x[0] + (2 * x[1]) - 3, (x, y) => x + (y * 2.0) - 3.0),
        "max of affine" => Both(x => Active.Max(x[0] - x[1], 2 * x[1]), (x, y) => (x - y).Maximum(y * 2.0)),
        "minus max" => Both(x => 1 - Active.Max(x[0], x[1]), (x, y) => 1.0 - x.Maximum(y)),
        "max of convex" => Both(x => Active.Relu(Active.Abs(x[0]) + Active.Exp(x[1]) - 1), (x, y) => (x.Abs() + y.Exp() - 1.0).Relu()),
        "relu of concave" => Both(x => Active.Relu(Active.Min(x[0], x[1])), (x, y) => x.Minimum(y).Relu()),
        "square of affine" => Both(x => (x[0] - x[1]) is var d ? d * d : d, (x, y) => (x - y).Square()),
        "square of convex" => Both(x => Active.Abs(x[0] - 3) is var d ? d * d : d, (x, y) => ((x - 3.0).Abs() + y).Square()),
        "exp of convex" => Both(x => Active.Exp(Active.Max(x[0], x[1])), (x, y) => x.Maximum(y).Exp()),
        "log of affine" => Both(x => Active.Log(x[0] + x[1]), (x, y) => (x + y).Log()),
        "negative multiple of a minimum" => Both(x => -2 * Active.Min(x[0], x[1]), (x, y) => x.Minimum(y) * -2.0),
        "divided by a negative" => Both(x => Active.Abs(x[0]) / -4, (x, y) => x.Abs() / -4.0),
        "product" => Both(x => x[0] * x[1], (x, y) => x * y),
        _ => Both(x => x[0] > x[1] ? x[0] : x[1], (x, y) => x > y ? x : y),
    };

    private static Objective[] Both(Func<Active[], Active> numbers, Func<Var<double>, Var<double>, Var<double>> tensors) =>
        [Objective.OfScalars(numbers), Objective.OfTensor(v => tensors(v.Slice(0, 0, 1), v.Slice(0, 1, 1)))];
}
