using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Diagnostics.Tests;

/// <summary>Eigenvalues of Hessians, the kind of critical points, and the map of one step.</summary>
public class SpectrumTests
{
    private static readonly Objective Saddle = Objective.OfScalars(x => (x[0] * x[0]) - (x[1] * x[1]));
    private static readonly Objective Product = Objective.OfScalars(x => 0.5 * (((x[0] * x[1]) - 1) * ((x[0] * x[1]) - 1)));

    // ½·Σ dᵢ·(Hx)ᵢ² with H a reflection has the eigenvalues d.
    private static Objective Quadratic(double[] eigenvalues) => Objective.OfScalars(x =>
    {
        double share = 2.0 / x.Length;
        Active sum = x.Aggregate((a, b) => a + b), value = 0 * x[0];
        for (int i = 0; i < x.Length; i++)
        {
            Active y = x[i] - (share * sum);
            value += 0.5 * eigenvalues[i] * y * y;
        }

        return value;
    });

    [Fact]
    public void EveryEigenvalueOfAQuadraticIsFoundWithItsMultiplicity()
    {
        double[] expected = [-3, -3, 0, 0, 0, 1, 2, 2, 7];
        HessianSpectrum spectrum = HessianSpectrum.At(Quadratic(expected), new double[9], cancellation: TestContext.Current.CancellationToken);
        Assert.True(spectrum.IsComplete && spectrum.IsTwiceDifferentiable);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], spectrum.Eigenvalues[i], 1e-10);
        Assert.Equal(7, SmoothnessConstant.At(Quadratic(expected), new double[9], cancellation: TestContext.Current.CancellationToken).Value, 1e-10);
    }

    [Fact]
    public void ExtremeEigenvaluesOfALargeQuadraticAreWithinTheBoundFromFewProducts()
    {
        double[] eigenvalues = [.. Enumerable.Range(0, 400).Select(i => i == 0 ? -5.0 : i == 399 ? 40 : i / 40.0)];
        HessianSpectrum spectrum = HessianSpectrum.At(Quadratic(eigenvalues), new double[400], new SpectrumOptions { Products = 60 },
            cancellation: TestContext.Current.CancellationToken);
        Assert.False(spectrum.IsComplete);
        Assert.True(spectrum.Eigenvalues.Count <= 60);
        Assert.InRange(Math.Abs(spectrum.Smallest + 5), 0, spectrum.ErrorBound + 1e-9);
        Assert.InRange(Math.Abs(spectrum.Largest - 40), 0, spectrum.ErrorBound + 1e-9);
        Assert.True(spectrum.ErrorBound < 1e-6);
        double[] along = Quadratic(eigenvalues).HessianProduct(new double[400], spectrum.SmallestVector).Product;
        Assert.Equal(-5, along.Zip(spectrum.SmallestVector, (a, b) => a * b).Sum(), 1e-8);
    }

    [Fact]
    public void TheLargestCurvatureOverABoxAndAlongARunBoundsTheConstantFromBelow()
    {
        Objective quartic = Objective.OfScalars(x => x[0] * x[0] * x[0] * x[0]);
        double over = SmoothnessConstant.Over(quartic, Box.Cube(1), 200, cancellation: TestContext.Current.CancellationToken).Value;
        Assert.InRange(over, 11, 12);
        Trajectory run = Trajectory.Descend(quartic, [1], new ConstantStepSize(0.05), 100, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(12, SmoothnessConstant.Along(quartic, run, cancellation: TestContext.Current.CancellationToken).Value, 1e-9);
        Assert.Equal(1, SmoothnessConstant.At(Objective.OfScalars(x => Active.Abs(x[0])), [0], cancellation: TestContext.Current.CancellationToken).KinkPoints);
    }

    [Fact]
    public void CriticalPointsAreToldApart()
    {
        CriticalPoint saddle = CriticalPoint.Classify(Saddle, [0, 0], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((CriticalPointKind.StrictSaddle, 1, 0), (saddle.Kind, saddle.Index, saddle.Nullity));
        Assert.True(saddle.IsStrictSaddle);
        Assert.Equal(CriticalPointKind.NotCritical, CriticalPoint.Classify(Saddle, [1, 0], cancellation: TestContext.Current.CancellationToken).Kind);
        Assert.Equal(CriticalPointKind.StrictMinimum,
            CriticalPoint.Classify(Quadratic([1, 2, 3]), [0, 0, 0], cancellation: TestContext.Current.CancellationToken).Kind);
        Assert.Equal(CriticalPointKind.StrictMaximum,
            CriticalPoint.Classify(Quadratic([-1, -2, -3]), [0, 0, 0], cancellation: TestContext.Current.CancellationToken).Kind);
        Assert.Equal(CriticalPointKind.Degenerate,
            CriticalPoint.Classify(Objective.OfScalars(x => x[0] * x[0] * x[0] * x[0]), [0], cancellation: TestContext.Current.CancellationToken).Kind);
        Assert.Equal(CriticalPointKind.Nonsmooth,
            CriticalPoint.Classify(Objective.OfScalars(x => Active.Abs(x[0])), [0], cancellation: TestContext.Current.CancellationToken).Kind);
    }

    [Fact]
    public void APointThatIsCriticalForBackpropagationOnlyIsCalledArtificial()
    {
        Objective identity = Objective.OfTensor(x => (x.Relu() - (-x).Relu()).Sum());
        Assert.Equal(CriticalPointKind.Artificial, CriticalPoint.Classify(identity, [0], cancellation: TestContext.Current.CancellationToken).Kind);
        Assert.Equal(CriticalPointKind.NotCritical, CriticalPoint.Classify(identity, [1], cancellation: TestContext.Current.CancellationToken).Kind);
    }

    [Fact]
    public void TheLinearNetworkOfTwoParametersHasOneStrictSaddleAndAValleyOfMinima()
    {
        CriticalPoint origin = CriticalPoint.Classify(Product, [0, 0], cancellation: TestContext.Current.CancellationToken);
        Assert.True(origin.IsStrictSaddle);
        Assert.Equal([-1, 1], origin.Spectrum.Eigenvalues.Select(value => Math.Round(value, 10)));
        CriticalPoint valley = CriticalPoint.Classify(Product, [2, 0.5], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(CriticalPointKind.Degenerate, valley.Kind);
        Assert.Equal(0, valley.Spectrum.Smallest, 1e-10);
        Assert.Equal(4.25, valley.Spectrum.Largest, 1e-10);
        Assert.Equal([0, 0.5],
            CriticalPoint.DistinctValues([origin, valley, CriticalPoint.Classify(Product, [1, 1], cancellation: TestContext.Current.CancellationToken),
                CriticalPoint.Classify(Product, [1, 2], cancellation: TestContext.Current.CancellationToken)]));
    }

    [Fact]
    public void TheGradientMapIsInvertedBelowTheInverseOfTheSmoothnessConstant()
    {
        Objective wave = Objective.OfScalars(x => Active.Sin(x[0]) + Active.Cos(x[0] + (0.5 * x[1])));
        GradientMap map = new(wave, 0.3);
        double[] x = [0.7, -1.2], back = map.Invert(map.Apply(x))!;
        Assert.Equal(x[0], back[0], 1e-10);
        Assert.Equal(x[1], back[1], 1e-10);
        Assert.True(map.SmallestEigenvalue(x) > 0);
        Assert.Null(new GradientMap(Quadratic([5, 5]), 1).Invert([1, 2]));
        Assert.Equal(-4, new GradientMap(Quadratic([5, 5]), 1).SmallestEigenvalue([0, 0]), 1e-10);
    }

    [Fact]
    public void TheGradientMapSplitsSpaceAtACriticalPoint()
    {
        Assert.Equal((1, 0, 1), new GradientMap(Saddle, 0.1).Split([0, 0]));
        Assert.Equal((1, 1, 0), new GradientMap(Product, 0.1).Split([1, 1]));
        Assert.Equal((0, 1, 1), new GradientMap(Product, 2).Split([0, 0]));
    }

    [Fact]
    public void WrongValuesAreNamed()
    {
        Assert.Contains("-1",
            Assert.ThrowsAny<ArgumentException>(() => CriticalPoint.Classify(Saddle, [0, 0], -1, cancellation: TestContext.Current.CancellationToken)).Message,
                StringComparison.Ordinal);
        Assert.Contains("0", Assert.ThrowsAny<ArgumentException>(() => new GradientMap(Saddle, 0)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() =>
            HessianSpectrum.At(Saddle, [0, 0], new SpectrumOptions { Products = 0 }, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<ArithmeticException>(() =>
            HessianSpectrum.At(Objective.OfScalars(x => Active.Log(x[0])), [0], cancellation: TestContext.Current.CancellationToken));
    }
}
