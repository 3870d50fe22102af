using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Masters in float, and the scale of the loss.</summary>
public class MixedPrecisionTests
{
    [Fact]
    public void StepsTooSmallForSixteenBitsAddUpInTheMasters()
    {
        var parameter = new Parameter<Half>("x", Device.Default, [1], [(Half)1]);
        using var mixed = new MixedPrecision([parameter], masters => new Sgd<float>(masters, new ConstantStepSize(1e-4)));
        using var given = new GivenGradients<Half>(parameter);
        for (int t = 0; t < 100; t++)
            Assert.True(mixed.Step(given.Of([(Half)mixed.Scale])));

        // A Half step from 1 by 10⁻⁴ rounds back to 1 every time; the sum of a hundred does not.
        Assert.Equal(0.99, mixed.Masters[0].Value.GetScalar(), 1e-5);
        Assert.Equal((Half)0.99f, parameter.Value.GetScalar());
    }

    [Fact]
    public void InfiniteGradientsSkipTheStepAndHalveTheScale()
    {
        var parameter = new Parameter<Half>("x", Device.Default, [2], [(Half)1, (Half)2]);
        using var mixed = new MixedPrecision([parameter], masters => new Sgd<float>(masters, new ConstantStepSize(0.5))) { Scale = 8, GrowthInterval = 3 };
        using var given = new GivenGradients<Half>(parameter);
        Assert.False(mixed.Step(given.Of([Half.PositiveInfinity, (Half)1])));
        Assert.False(mixed.Step(given.Of([(Half)1, Half.NaN])));
        Assert.Equal(2, mixed.Scale);
        Assert.Equal(0, mixed.Optimizer.StepCount);
        Assert.Equal([(Half)1, (Half)2], parameter.Value.ToArray());
        for (int t = 0; t < 3; t++)
            Assert.True(mixed.Step(given.Of([(Half)2, (Half)0])));
        Assert.Equal(4, mixed.Scale);
        Assert.Equal(0, mixed.GoodSteps);

        // Gradient 2 at scale 2 is a gradient of 1.
        Assert.Equal([(Half)(-0.5), (Half)2], parameter.Value.ToArray());
    }

    [Fact]
    public void BadSettingsAreRefused()
    {
        Assert.Contains("none was given", Assert.Throws<ArgumentException>(() => new MixedPrecision([], masters => new Adam<float>(masters, new ConstantStepSize(1)))).Message);
        var parameter = new Parameter<Half>("x", Device.Default, [1]);
        using var mixed = new MixedPrecision([parameter], masters => new Adam<float>(masters, new ConstantStepSize(1)));
        Assert.Contains("was 0", Assert.Throws<ArgumentOutOfRangeException>(() => mixed.Scale = 0).Message);
    }
}
