using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

public class ClippingTests
{
    [Fact]
    public void TheGlobalNormIsTakenOverAllParameters()
    {
        var a = new Parameter<double>("a", Device.Default, [2]);
        var b = new Parameter<double>("b", Device.Default, [2]);
        var optimizer = new Sgd<double>([a, b], new ConstantStepSize(1)) { Clipping = GradientClipping.ByGlobalNorm(1) };
        using var tape = new Tape<double>();
        optimizer.Step(tape.Backward((tape.Parameter(a) + tape.Parameter(b)).Sum()));
        Assert.Equal(2, optimizer.GradientNorm, 1e-15);
        Assert.All(a.Value.ToArray().Concat(b.Value.ToArray()), x => Assert.Equal(-1 / (2 + 1e-6), x, 1e-14));
    }

    [Fact]
    public void SmallGradientsAreNotScaledUp()
    {
        double[] x = Step([0.1, -0.2], GradientClipping.ByGlobalNorm(1));
        Assert.Equal([-0.1, 0.2], x);
    }

    [Fact]
    public void ValuesAreMovedBetweenTheBounds() => Assert.Equal([-0.1, 0.5, -0.5], Step([0.1, -3, 7], GradientClipping.ByValue(0.5)));

    [Fact]
    public void ANormBeyondTheRangeOfHalfIsStillRight()
    {
        var parameter = new Parameter<Half>("x", Device.Default, [4]);
        var optimizer = new Sgd<Half>([parameter], new ConstantStepSize(1)) { Clipping = GradientClipping.ByGlobalNorm(2) };
        using var given = new GivenGradients<Half>(parameter);
        optimizer.Step(given.Of([(Half)30000, (Half)30000, (Half)30000, (Half)30000]));
        Assert.Equal(60000, optimizer.GradientNorm, 1.0);
        Assert.All(parameter.Value.ToArray(), x => Assert.Equal(-1, (double)x, 1e-3));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ANonFiniteGradientIsNamedBeforeAnythingChanges(double bad)
    {
        var parameter = new Parameter<double>("layers.0.weight", Device.Default, [2], [1, 2]);
        using var given = new GivenGradients<double>(parameter);
        var throwing = new Sgd<double>([parameter], new ConstantStepSize(1)) { CheckGradients = true };
        Gradients<double> gradients = given.Of([0, bad]);
        Assert.Contains("layers.0.weight", Assert.Throws<ArithmeticException>(() => throwing.Step(gradients)).Message);
        var skipping = new Sgd<double>([parameter], new ConstantStepSize(1)) { CheckGradients = true, OnNonFiniteGradient = OnNonFiniteGradient.Skip };
        Assert.False(skipping.Step(gradients));
        Assert.Equal(0, skipping.StepCount);
        Assert.Equal([1.0, 2.0], parameter.Value.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void BoundsArePositive(double bound)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByGlobalNorm(bound));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue(bound));
    }

    private static double[] Step(double[] gradient, GradientClipping clipping)
    {
        var parameter = new Parameter<double>("x", Device.Default, [gradient.Length]);
        var optimizer = new Sgd<double>([parameter], new ConstantStepSize(1)) { Clipping = clipping };
        using var given = new GivenGradients<double>(parameter);
        Assert.True(optimizer.Step(given.Of(gradient)));
        return parameter.Value.ToArray();
    }
}
