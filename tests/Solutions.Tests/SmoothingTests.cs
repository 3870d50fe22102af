using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.Distributions;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Gradients of smoothed functions against their closed forms.</summary>
public sealed class SmoothingTests
{
    private static readonly SmoothingOptions Options = new() { Radius = 0.1, Samples = 4000, Seed = 3, Level = 0.999 };
    private static readonly Objective Abs = Objective.OfScalars(x => Active.Abs(x[0]));

    [Theory]
    [InlineData(0.05)]
    [InlineData(-0.02)]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void TheSmoothedAbsoluteValueIsKnown(double x)
    {
        double normal = (2 * Normal.CDF(0, 1, x / 0.1)) - 1, ball = Math.Clamp(x / 0.1, -1, 1), least = Math.Abs(x) < 0.1 ? 0 : Math.Sign(x);
        foreach (SmoothingEstimate estimate in Smoothing.Compare(Abs, [x], Options))
        {
            double expected = estimate.Estimator == SmoothingEstimator.Goldstein ? least
                : estimate.Estimator == SmoothingEstimator.BallGradients ? ball : normal;
            Assert.True(Math.Abs(expected - estimate.Gradient[0].Mean) <= estimate.Gradient[0].HalfWidth + 1e-12, estimate.ToString());

            // Clarke's set is the sign away from 0 and [−1, 1] at it, where nothing is biased.
            Assert.Equal(x == 0 ? 0 : Math.Abs(estimate.Gradient[0].Mean - Math.Sign(x)), estimate.Bias!.Value, 1e-9);
            Assert.Null(estimate.Warning);
        }

        // A gradient is ±1, so the variance is 1 less the square of the mean; a symmetric difference at 1 is u², with the variance 2.
        Assert.Equal(Math.Sqrt(1 - (normal * normal)), Smoothing.Estimate(Abs, [x], SmoothingEstimator.NormalGradients, Options).Deviation, 0.03);
        if (x == 1)
            Assert.Equal(Math.Sqrt(2), Smoothing.Estimate(Abs, [x], SmoothingEstimator.NormalSymmetricDifferences, Options).Deviation, 0.1);
    }

    [Fact]
    public void DifferencesScatterMoreTheMoreVariablesThereAre()
    {
        // For a linear function gradients do not scatter at all, and differences have the variance (n + 1)‖g‖².
        Objective linear = Objective.OfScalars(x => x.Aggregate((sum, next) => sum + next));
        double[] x = new double[10];
        Assert.Equal(0, Smoothing.Estimate(linear, x, SmoothingEstimator.NormalGradients, Options).Deviation, 1e-12);
        Assert.Equal(Math.Sqrt(11 * 10), Smoothing.Estimate(linear, x, SmoothingEstimator.NormalDifferences, Options).Deviation, 0.5);
        Assert.All(Smoothing.Compare(linear, x, Options), estimate => Assert.True(estimate.Bias <= 4 * estimate.Error + 1e-12, estimate.ToString()));
    }

    [Fact]
    public void StepsInTheBallAreUniform()
    {
        // E max(0, |x + ru| − ½r)… by the share of the ball beyond half the radius: 1 − 2⁻ⁿ for n = 3.
        Objective radius = Objective.OfScalars(x => Active.Relu(Active.Sqrt((x[0] * x[0]) + (x[1] * x[1]) + (x[2] * x[2])) - 0.05));
        SmoothingEstimate estimate = Smoothing.Estimate(radius, [0, 0, 0], SmoothingEstimator.BallGradients, Options);
        Assert.Equal(1 - 0.125, estimate.Deviation * estimate.Deviation, 0.02);
    }

    [Fact]
    public void JumpsAreSeenByDifferencesAndToldForGradients()
    {
        Objective sign = Objective.OfScalars(x => Active.Sign(x[0]));
        IReadOnlyList<SmoothingEstimate> all = Smoothing.Compare(sign, [0.05], Options);
        double density = 2 * Normal.PDF(0, 1, 0.5) / 0.1;
        SmoothingEstimate differences = all.Single(estimate => estimate.Estimator == SmoothingEstimator.NormalSymmetricDifferences);
        Assert.True(differences.Gradient[0].Contains(density), differences.ToString());
        SmoothingEstimate gradients = all.Single(estimate => estimate.Estimator == SmoothingEstimator.NormalGradients);
        Assert.Equal(0, gradients.Gradient[0].Mean);
        Assert.Contains("continuity unknown", gradients.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutTheWholeSetNoBiasIsTold()
    {
        // Sixty kinks meet at the origin of an even function: 0 is in Clarke's set, however far its elements are.
        Objective even = Objective.OfScalars(x => x.Select((xi, i) => ((1 + i) * Active.Abs(xi)) - Active.Abs(xi - x[(i + 1) % x.Length]))
            .Aggregate((sum, next) => sum + next));
        Assert.All(Smoothing.Compare(even, new double[30], Options with { Samples = 20 }), estimate => Assert.Null(estimate.Bias));
    }

    [Fact]
    public void WrongInputsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Smoothing.Compare(Abs, [1], new SmoothingOptions { Radius = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Smoothing.Compare(Abs, [1], new SmoothingOptions { Radius = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Smoothing.Compare(Abs, [1], new SmoothingOptions { Samples = 1 }));
    }
}
