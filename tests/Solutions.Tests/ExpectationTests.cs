using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.Distributions;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Expectations of piecewise linear functions, whose values and gradients are known in closed form.</summary>
public sealed class ExpectationTests
{
    private static readonly ExpectationOptions Few = new() { Samples = 4000, Seed = 7 };

    [Theory]
    [InlineData(-1.0)]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.7)]
    public void TheMeanDistanceFromANormalNumberIsKnown(double x)
    {
        // E|x − ξ| = 2φ(x) + x(2Φ(x) − 1), with the derivative 2Φ(x) − 1.
        Expectation distance = Expectation.OfScalars(1, 1, (p, xi) => Active.Abs(p[0] - xi[0]), (random, xi) => random.Normal<double>(xi, 0, 1));
        ExpectationResult at = distance.At([x], Few with { Level = 0.999 });
        double slope = (2 * Normal.CDF(0, 1, x)) - 1;
        Assert.True(at.Value.Contains((2 * Normal.PDF(0, 1, x)) + (x * slope)), at.ToString());
        Assert.True(at.Gradient[0].Contains(slope), at.ToString());
        Assert.Equal(Math.Sqrt(1 - (slope * slope)), at.Gradient[0].Deviation, 0.03);
        Assert.Equal(ExpectationClaim.Gradient, at.Certificate.Claim);

        // No kink in N samples: less than 1 − 0.001^(1/N).
        Assert.Equal(1 - Math.Pow(0.001, 1.0 / 4000), at.Certificate.KinkProbability, 1e-9);
    }

    [Fact]
    public void IntervalsHoldTheGradientAsOftenAsTheySay()
    {
        // E relu(x − ξ) over the unit interval is x²/2, at ½.
        Expectation above = Expectation.OfScalars(1, 1, (p, xi) => Active.Relu(p[0] - xi[0]), (random, xi) => random.Uniform<double>(xi, 0, 1));
        int held = Enumerable.Range(0, 400).Count(seed => above.At([0.5], new ExpectationOptions { Samples = 200, Seed = (ulong)seed, Level = 0.9 }).Gradient[0]
            .Contains(0.5));

        // 360 of 400 on average, with a deviation of 6.
        Assert.InRange(held, 336, 384);
    }

    [Fact]
    public void KinksThatAreHitAreToldWithTheirProbability()
    {
        // ξ = ±1: E|x − ξ| at 1 has the Clarke set [0, 1]; half of the samples are at the kink.
        Expectation distance = Expectation.OfScalars(1, 1, (p, xi) => Active.Abs(p[0] - xi[0]), (random, xi) =>
        {
            random.Bernoulli<double>(xi, 0.5);
            xi[0] = (2 * xi[0]) - 1;
        });
        ExpectationResult at = distance.At([1], Few);
        Assert.Equal(ExpectationClaim.ConservativeElement, at.Certificate.Claim);
        Assert.InRange(at.Certificate.SamplesAtKinks, 1850, 2150);
        Assert.InRange(at.Certificate.KinkProbability, (double)at.Certificate.SamplesAtKinks / 4000, 0.54);
        Assert.True(at.Gradient[0].Contains(0.5), at.ToString());
    }

    [Fact]
    public void AMeanOfSelectionsMayLeaveTheClarkeSet()
    {
        // relu(x) or −relu(−x), each as likely: x/2, whose derivative ½ no mean of selections with relu'(0) = 0 finds.
        Expectation half = Expectation.OfScalars(1, 1, (p, xi) => xi[0] > 0 ? Active.Relu(p[0]) : -Active.Relu(-p[0]),
            (random, xi) => random.Normal<double>(xi, 0, 1));
        ExpectationResult at = half.At([0], Few);
        Assert.Equal(0, at.Gradient[0].Mean);
        Assert.Equal(ExpectationClaim.ConservativeElement, at.Certificate.Claim);
        Assert.Equal(1, at.Certificate.KinkProbability);
        Assert.Equal(0.5, half.At([0], Few with { Selections = Selections.PyTorch with { ReluAtZero = 0.5 } }).Gradient[0].Mean);
    }

    [Fact]
    public void AJumpIsNotTakenForAConstant()
    {
        // P(ξ < x) has a density as its derivative, and every sample has the derivative 0.
        Expectation share = Expectation.OfScalars(1, 1, (p, xi) => Active.Sign(p[0] - xi[0]), (random, xi) => random.Normal<double>(xi, 0, 1));
        ExpectationResult jumping = share.At([0.2], Few);
        Assert.Equal(0, jumping.Gradient[0].Mean);
        Assert.False(jumping.Certificate.IsCertified);
        Assert.Contains("branches", jumping.Certificate.ToString(), StringComparison.Ordinal);
        Expectation floor = Expectation.OfTensors(Shape.Of(1), Shape.Of(1), (p, xi) => (p - xi).Floor().Sum(), (random, xi) => random.Normal<double>(xi, 0, 1));
        Assert.Contains("not continuous (floor)", floor.At([0.2], Few).Certificate.ToString(), StringComparison.Ordinal);

        Expectation branching = Expectation.OfScalars(1, 1, (p, xi) => p[0] > xi[0] ? p[0] : 2 * p[0], (random, xi) => random.Normal<double>(xi, 0, 1));
        Assert.Contains("branches", branching.At([0.2], Few).Certificate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PolesAndHeavyTailsAreTold()
    {
        Expectation root = Expectation.OfScalars(1, 1, (p, xi) => Active.Sqrt(Active.Abs(p[0] - xi[0])), (random, xi) => random.Uniform<double>(xi, 0, 1));
        Assert.Contains("not locally Lipschitz", root.At([0.5], Few).Certificate.Reason, StringComparison.Ordinal);
        Expectation cauchy = Expectation.OfScalars(1, 2, (p, xi) => p[0] * (xi[0] / xi[1]), (random, xi) => random.Normal<double>(xi, 0, 1));
        Assert.Contains("heavy tails", cauchy.At([1], Few).Certificate.Reason, StringComparison.Ordinal);
        Expectation torn = Expectation.OfScalars(1, 1, (p, xi) => p[0] / xi[0], (_, _) => { });
        Assert.Contains("not finite", torn.At([1], Few).Certificate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void CommonRandomNumbersCancelInDifferences()
    {
        Expectation distance = Expectation.OfScalars(1, 1, (p, xi) => Active.Abs(p[0] - xi[0]), (random, xi) => random.Normal<double>(xi, 0, 1));
        Interval difference = distance.Difference([0.51], [0.5], Few);
        Assert.True(difference.Contains(0.01 * ((2 * Normal.CDF(0, 1, 0.505)) - 1)), difference.ToString());
        Assert.True(difference.Deviation < 0.02 * distance.At([0.5], Few).Value.Deviation);
        Assert.Equal(distance.At([0.5], Few).Value.Mean, distance.SampleAverage(4000, 7).Value([0.5]), 1e-12);
        Assert.Equal(distance.At([0.5], Few).Gradient[0].Mean, distance.SampleAverage(4000, 7).Gradient([0.5]).Gradient[0], 1e-12);
    }

    [Fact]
    public void TensorsAgreeWithNumbers()
    {
        Action<Philox, double[]> sampler = (random, xi) => random.Normal<double>(xi, 0, 1);
        Expectation numbers = Expectation.OfScalars(2, 2, (p, xi) => Active.Relu((p[0] * xi[0]) + (p[1] * xi[1])), sampler);
        Expectation tensors = Expectation.OfTensors(Shape.Of(2), Shape.Of(2), (p, xi) => (p * xi).Sum().Relu(), sampler);
        ExpectationOptions some = Few with { Samples = 500 };
        ExpectationResult one = numbers.At([0.6, 0.8], some), other = tensors.At([0.6, 0.8], some);
        Assert.Equal(one.Value.Mean, other.Value.Mean, 1e-14);
        Assert.All(one.Gradient.Zip(other.Gradient), pair => Assert.Equal(pair.First.Mean, pair.Second.Mean, 1e-14));
        Assert.Equal(one.Value.Mean, tensors.SampleAverage(500, 7).Value([0.6, 0.8]), 1e-14);

        // E relu(⟨p, ξ⟩) = ‖p‖/√(2π), with the gradient p/(‖p‖√(2π)).
        Assert.Equal(0.6 / Math.Sqrt(2 * Math.PI), one.Gradient[0].Mean, 0.1);
    }

    [Fact]
    public void WrongInputsAreRefused()
    {
        Expectation distance = Expectation.OfScalars(1, 1, (p, xi) => Active.Abs(p[0] - xi[0]), (random, xi) => random.Normal<double>(xi, 0, 1));
        Assert.Contains("2 numbers", Assert.Throws<ArgumentException>(() => distance.At([1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => distance.At([1], new ExpectationOptions { Samples = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => distance.At([1], new ExpectationOptions { Level = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => distance.SampleAverage(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Expectation.OfScalars(0, 1, (p, xi) => xi[0], (_, _) => { }));
        using CancellationTokenSource stopped = new();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => distance.At([1], new ExpectationOptions { Cancellation = stopped.Token }));
    }
}
