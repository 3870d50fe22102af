using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

public class InitializationTests
{
    [Fact]
    public void WeightsAndBiasesAreUniformInTheBoundOfTheFanIn()
    {
        var linear = new Linear<double>("linear", 400, 300, new Initializer(Device.Default, 1));
        double bound = 1 / Math.Sqrt(400);
        double[] w = linear.Weight.Value.ToArray();
        Assert.All(w, value => Assert.InRange(value, -bound, bound));
        Assert.All(linear.Bias!.Value.ToArray(), value => Assert.InRange(value, -bound, bound));

        // 120,000 draws: the standard error of the mean is bound/√(3n), that of the variance bound²·√(4/45/n).
        double mean = w.Average(), variance = w.Average(value => value * value);
        Assert.InRange(mean, -4 * bound / Math.Sqrt(3.0 * w.Length), 4 * bound / Math.Sqrt(3.0 * w.Length));
        Assert.Equal(bound * bound / 3, variance, 4 * bound * bound * Math.Sqrt(4.0 / 45 / w.Length));
        Assert.True(w.Max() > 0.999 * bound && w.Min() < -0.999 * bound);
    }

    [Fact]
    public void AConvolutionCountsItsKernelIntoTheFanIn()
    {
        var convolution = new Conv2d<float>("conv", 4, 16, 3, new Initializer(Device.Default, 1));
        Assert.Equal([16, 4, 3, 3], convolution.Weight.Shape.ToArray());
        float bound = (float)(1 / Math.Sqrt(36));
        Assert.All(convolution.Weight.Value.ToArray(), value => Assert.InRange(value, -bound, bound));
        Assert.True(convolution.Weight.Value.ToArray().Max() > 0.95 * bound);
    }

    [Fact]
    public void NormalisationStartsAsTheIdentity()
    {
        var norm = new BatchNorm<float>("norm", 3, new Initializer(Device.Default, 1));
        Assert.Equal([1f, 1f, 1f], norm.Scale.Value.ToArray());
        Assert.Equal([0f, 0f, 0f], norm.Shift.Value.ToArray());
        Assert.Equal([0f, 0f, 0f, 1f, 1f, 1f], norm.Buffers.SelectMany(buffer => buffer.Value.ToArray()));
    }

    [Fact]
    public void NetworksOfEqualSeedAreRoundingsOfOneAnother()
    {
        Sequential<double> exact = Models.LeNet5<double>(new Initializer(Device.Default, 5));
        AssertRounded(exact, Models.LeNet5<float>(new Initializer(Device.Default, 5)));
        AssertRounded(exact, Models.LeNet5<Half>(new Initializer(Device.Default, 5)));
    }

    [Fact]
    public void AnotherSeedIsAnotherNetworkAndNoTwoParametersShareDraws()
    {
        float[] first = Weights(1, 0);
        Assert.NotEqual(first, Weights(2, 0));
        Assert.NotEqual(first, Weights(1, 2));
        Assert.Equal(first, Weights(1, 0));
    }

    private static float[] Weights(ulong seed, int parameter) =>
        Models.Mlp<float>([20, 20, 20], new Initializer(Device.Default, seed)).Parameters.ElementAt(parameter).Value.ToArray();

    private static void AssertRounded<T>(Module<double> exact, Module<T> rounded)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(exact.Parameters.Select(p => p.Name), rounded.Parameters.Select(p => p.Name));
        foreach ((Parameter<double> precise, Parameter<T> coarse) in exact.Parameters.Zip(rounded.Parameters))
            Assert.Equal(precise.Value.ToArray().Select(T.CreateTruncating), coarse.Value.ToArray());
    }
}
