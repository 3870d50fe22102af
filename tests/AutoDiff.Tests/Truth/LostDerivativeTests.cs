using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Truth;

/// <summary>Derivatives that a number type cannot hold halfway through the reverse pass, though the gradient itself is an ordinary number.</summary>
public class LostDerivativeTests
{
    public static TheoryData<string, Objective, double> Lost() => new()
    {
        { "products on the way back", Objective.OfScalars(x => x[0] * 1e300 * 1e300 * 1e-200 * 1e-200), 0 },
        { "the same behind a kink", Objective.OfScalars(x => Active.Abs(x[0]) * 1e300 * 1e300 * 1e-200 * 1e-200), 0 },
        { "products both ways", Objective.OfScalars(x => x[0] * 1e-200 * 1e-200 * 1e300 * 1e300 * 1e300 * 1e-200 * 1e-200), 0 },
        { "an exponential that vanished", Objective.OfScalars(x => Active.Exp((x[0] * 1e300 * 1e300) - 800)), 0 },
        { "a tanh that levelled off", Objective.OfScalars(x => Active.Tanh((x[0] * 1e30) + 20)), 0 },
        { "a tanh that levelled off, made large", Objective.OfScalars(x => 1e30 * Active.Tanh(x[0])), 25 },
        { "products on arrays", Objective.OfTensor(x => (x * 1e300 * 1e300 * 1e-200 * 1e-200).Sum()), 0 },
        { "the same behind a kink", Objective.OfTensor(x => (x.Abs() * 1e300 * 1e300 * 1e-200 * 1e-200).Sum()), 0 },
        { "products both ways on arrays", Objective.OfTensor(x => (x * 1e-200 * 1e-200 * 1e300 * 1e300 * 1e300 * 1e-200 * 1e-200).Sum()), 0 },
        { "an exponential on arrays", Objective.OfTensor(x => ((x * 1e300 * 1e300) - 800).Exp().Sum()), 0 },
        { "a sigmoid on arrays", Objective.OfTensor(x => ((x * 1e30) + 100).Sigmoid().Sum()), 0 },
        { "a tanh on arrays, made large", Objective.OfTensor(x => (x.Tanh() * 1e30).Sum()), 25 },
        { "a product with a matrix", Objective.OfTensor(x => (Product(Product(x, 1e300, 1e300), 1e-200, 1e-200)).Sum()), 0 },
    };

    public static TheoryData<string, Objective, double> Kept() => new()
    {
        { "a sum that cancels", Objective.OfTensor(x => ((x * 1e10) - (x * 1e10) + (x * 1e-320)).Sum()), 2 },
        { "a product of two dead relus", Objective.OfTensor(x => (x.Relu() * (x - 1).Relu()).Sum()), -1 },
        { "a tanh that levelled off", Objective.OfTensor(x => x.Tanh().Sum()), 25 },
        { "an exponential that vanished", Objective.OfTensor(x => x.Exp().Sum()), -800 },
        { "an exponential that vanished", Objective.OfScalars(x => Active.Exp(x[0]) * x[0]), -800 },
        { "a large square at its minimum", Objective.OfTensor(x => (x * x * 1e200).Sum()), 0 },
        { "a square of a large number", Objective.OfScalars(x => x[0] * x[0]), 1e150 },
        { "a share of a softmax", Objective.OfTensor(x => (x * x.Tape.Constant([2], [1.0, 1000.0])).LogSumExp()), 1 },
        { "numbers beyond the range that meet in the middle", Objective.OfScalars(x => x[0] * 1e200 * 1e-200 * 1e-200 * 1e200), 1 },
    };

    [Theory, MemberData(nameof(Lost))]
    public void NothingIsCertifiedWhereADerivativeIsLost(string name, Objective objective, double at)
    {
        ClarkeElement element = Clarke.Gradient(objective, [at]);
        Assert.False(element.Certificate.IsCertified, name);
        Assert.Contains("rounded to 0", element.Certificate.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(true, Clarke.Subdifferential(objective, [at]).IsStationary());
        if (element.Certificate.Kinks.Count > 0)
            Assert.False(Regularity.Certify(objective, [at]).IsCertified, name);
    }

    [Theory, MemberData(nameof(Kept))]
    public void WhatIsLostInRoundingDoesNotMatter(string name, Objective objective, double at) =>
        Assert.True(Clarke.Gradient(objective, [at]).Certificate.IsCertified, name);

    [Fact]
    public void TapesOfEveryPrecisionFindLosses()
    {
        Check<double>(1e300, 1e-200);
        Check<float>(1e30f, 1e-25f);
        Check<Half>((Half)3e4, (Half)1e-4);

        static void Check<T>(T large, T small)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            using Tape<T> tape = new();
            Var<T> x = tape.Variable([2], [T.Zero, T.Zero]), y = tape.Variable([2], [T.One, T.One]);
            ClarkeGradient<T> lost = tape.ClarkeGradient((x.Abs() * large * large * small * small).Sum());
            Assert.Equal(ObstacleKind.CotangentUnderflows, Assert.Single(lost.Certificate.Obstacles).Kind);
            Assert.True(tape.ClarkeGradient((y.Relu() * small * large).Sum()).Certificate.IsCertified);
        }
    }

    [Fact]
    public void ADirectionalDerivativeThatIsLostGoingForwardIsFoundGoingBack()
    {
        Objective objective = Objective.OfScalars(x => x[0] * 1e-200 * 1e-125 * 1e150 * 1e150);
        Assert.Equal(1e-25, Clarke.DirectionalDerivative(objective, [0], [1]), 1e-35);
        Assert.Throws<InvalidOperationException>(() => Clarke.DirectionalDerivative(
            Objective.OfScalars(x => Active.Abs(x[0]) * 1e300 * 1e300 * 1e-200 * 1e-200), [0], [1]));
    }

    private static Var<double> Product(Var<double> x, params double[] factors) =>
        factors.Aggregate(x.Reshape(1, 1), (product, factor) => product.MatMul(x.Tape.Constant([1, 1], [factor]))).Reshape(1);
}
