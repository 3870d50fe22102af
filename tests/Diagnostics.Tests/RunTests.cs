using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics.Tests;

/// <summary>Readings of instruments on runs, against exact answers.</summary>
public class RunTests
{
    private static readonly Objective Quadratic = Objective.OfScalars(x => 0.5 * ((x[0] * x[0]) + (10 * x[1] * x[1])));
    private static readonly Trajectory Descent = Trajectory.Descend(Quadratic, [1, 1], new ConstantStepSize(0.1), 400);

    private static Objective Power(int exponent) => Objective.OfScalars(x =>
    {
        Active value = x[0];
        for (int i = 1; i < exponent; i++)
            value *= x[0];
        return value;
    });

    [Fact]
    public void DescentOnAQuadraticIsAsLongAsItIsKnownToBeAndWithinItsBound()
    {
        Assert.Equal(5.5, Descent.Values[0], 1e-14);
        PathLength path = PathLength.Of(Descent, 0, KlInequality.OfModulus(1));
        Assert.Equal(1.9049875621, path.Length, 1e-9);
        Assert.Equal(2 * Math.Sqrt(2 * 5.5), path.Bound, 1e-12);
        Assert.True(path.Holds);
        Assert.Equal(path.Bound - path.Length, path.Slack);
        LinearRate rate = LinearRate.Of(Descent, 0, KlInequality.OfModulus(1), 10);
        Assert.Equal(0.9, rate.Bound, 1e-12);
        Assert.True(rate.Holds);
        Assert.Equal(0.81, rate.Typical, 1e-6);
    }

    [Fact]
    public void TheDescentLemmaHoldsAtTheInverseOfTheConstantAndIsBrokenBeyond()
    {
        DescentLedger ledger = DescentLedger.Of(Descent, 10);
        Assert.True(ledger.Holds);
        Assert.Equal(Descent.Count - 1, ledger.Steps);
        Assert.InRange(ledger.ImpliedSmoothness, 9, 10 + 1e-9);
        DescentLedger wrong = DescentLedger.Of(Descent, 5);
        Assert.Contains(0, wrong.Violations);
        Assert.True(wrong.Slack < 0);
        Assert.InRange(
            DescentLedger.Of(Trajectory.Descend(Quadratic, [0, 1], new ConstantStepSize(0.19), 20, cancellation: TestContext.Current.CancellationToken),
                10).ImpliedSmoothness, 10 - 1e-6, 10 + 1e-6);
    }

    [Theory]
    [InlineData(2, 0.05)]
    [InlineData(4, 0.05)]
    [InlineData(6, 0.05)]
    public void ThePowersHaveTheirExponentAndConstant(int power, double step)
    {
        Trajectory run = Trajectory.Descend(Power(power), [1], new ConstantStepSize(step), 2000, cancellation: TestContext.Current.CancellationToken);
        KlFit fit = KlFit.Of(run, 0);
        Assert.Equal(1 - (1.0 / power), fit.Exponent, 1e-9);
        Assert.Equal(power, fit.Constant, 1e-6);
        Assert.InRange(fit.Exponent, fit.Lower, fit.Upper);
        KlInequality inequality = new(1 - (1.0 / power), power);
        foreach (int k in (ReadOnlySpan<int>)[0, 10, 100])
            Assert.Equal(Math.Abs(run.Point(k)[0]), inequality.Desingularize(run.Values[k]), 1e-12);
    }

    [Fact]
    public void TheAbsoluteValueHasExponentZeroAndConstantOne()
    {
        Trajectory run = Trajectory.Descend(Objective.OfScalars(x => Active.Abs(x[0])), [1], new ConstantStepSize(0.0101), 90,
            cancellation: TestContext.Current.CancellationToken);
        KlFit fit = KlFit.Of(run, 0);
        Assert.Equal(0, fit.Exponent, 1e-12);
        Assert.Equal(1, fit.Constant, 1e-12);
        Assert.Equal(0.25, fit.Inequality.Desingularize(0.25), 1e-9);
        Assert.Equal("finitely many steps", new KlInequality(0, 1).Rate);
    }

    [Fact]
    public void TheIntervalHoldsTheExponentUnderNoise()
    {
        Kernels.Philox random = new(5, 5);
        double[] noise = new double[400];
        random.Normal<double>(noise, 0, 0.2);
        int inside = 0;
        for (int repetition = 0; repetition < 40; repetition++)
        {
            new Kernels.Philox(5, (ulong)repetition).Normal<double>(noise, 0, 0.2);
            Trajectory run = new(SubgradientChoice.Conservative);
            for (int k = 0; k < noise.Length; k++)
            {
                double gap = Math.Exp(-0.05 * k);
                run.Add([k], gap, 3 * Math.Pow(gap, 0.75) * Math.Exp(noise[k]), 1);
            }

            KlFit fit = KlFit.Of(run, 0);
            inside += fit.Lower <= 0.75 && 0.75 <= fit.Upper ? 1 : 0;
        }

        Assert.InRange(inside, 34, 40);
    }

    [Fact]
    public void TheRatioIsAtLeastTheModulusAndExactAlongEigenvectors()
    {
        PolyakLojasiewicz ratio = PolyakLojasiewicz.Of(Descent, 0);
        Assert.InRange(ratio.Smallest, 1 - 1e-9, 1 + 1e-9);
        Assert.InRange(ratio.Largest, 1, 10);
        Assert.Equal(10,
            PolyakLojasiewicz.Of(Trajectory.Descend(Quadratic, [0, 1], new ConstantStepSize(0.01), 20, cancellation: TestContext.Current.CancellationToken),
                0).Smallest, 1e-9);
        // F = (x₁/2 − x₂²)²: ‖∇F‖²/F = 1 + 16x₂², at least 1, with equality on x₂ = 0.
        Objective valley = Objective.OfScalars(x => ((0.5 * x[0]) - (x[1] * x[1])) * ((0.5 * x[0]) - (x[1] * x[1])));
        Assert.Equal(0.5,
            PolyakLojasiewicz.Of(Trajectory.Descend(valley, [1, 0], new ConstantStepSize(0.1), 10, cancellation: TestContext.Current.CancellationToken),
                0).Smallest, 1e-12);
        Assert.Equal(0.5 * (1 + (16 * 0.09)),
            PolyakLojasiewicz.Of(Trajectory.Descend(valley, [1, 0.3], new ConstantStepSize(0.1), 0, cancellation: TestContext.Current.CancellationToken),
                0).Smallest, 1e-12);
    }

    [Fact]
    public void ARunIsTrappedOnceTheWayLeftIsShort()
    {
        KlInequality inequality = KlInequality.OfModulus(1);
        int? from = PathLength.TrappedFrom(Descent, [0, 0], 1, 0, inequality);
        Assert.NotNull(from);
        Assert.True(from > 0);
        for (int k = from.Value; k < Descent.Count; k++)
            Assert.True(Math.Sqrt((Descent.Point(k)[0] * Descent.Point(k)[0]) + (Descent.Point(k)[1] * Descent.Point(k)[1])) < 1);
        Assert.Null(PathLength.TrappedFrom(Descent, [5, 5], 1, 0, inequality));
    }

    [Fact]
    public void ASaddleIsReachedFromItsStableSpaceOnlyAndLeftAtTheKnownStep()
    {
        Objective saddle = Objective.OfScalars(x => (x[0] * x[0]) - (x[1] * x[1]));
        Trajectory stays = Trajectory.Descend(saddle, [1, 0], new ConstantStepSize(0.1), 300, cancellation: TestContext.Current.CancellationToken);
        Assert.True(stays.Values[^1] < 1e-50 && stays.Last[1] == 0);
        Trajectory leaves = Trajectory.Descend(saddle, [1, 1e-12], new ConstantStepSize(0.1), 152, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(1e-12 * Math.Pow(1.2, 152), leaves.Last[1], 1e-9);
        Assert.True(leaves.Point(151)[1] <= 1 && leaves.Last[1] > 1);
        SaddleEscape escape = SaddleEscape.Measure(saddle, [0, 0], 0.1, 50, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((50, 50), (escape.Starts, escape.Escaped));
        Assert.Equal(1.2, escape.Bound, 1e-10);
        // From size 1e-6 to ½ at a factor of 1.2 a step takes log(5e5)/log(1.2) = 72 steps.
        Assert.InRange(escape.StepsToEscape.Average(), 65, 85);
        Assert.Equal(0, SaddleEscape.Measure(Quadratic, [0, 0], 0.1, 10, steps: 200, cancellation: TestContext.Current.CancellationToken).Escaped);
    }

    [Fact]
    public void NoiseAndSamplesHaveTheGradientAsTheirMean()
    {
        Objective left = Objective.OfScalars(x => (x[0] - 1) * (x[0] - 1)), right = Objective.OfScalars(x => (x[0] + 1) * (x[0] + 1)),
            mean = Objective.OfScalars(x => (x[0] * x[0]) + 1);
        RobbinsMonro schedule = new(0.5, 1, 1);
        foreach (DescentOptions options in (DescentOptions[])[new() { Samples = [left, right] }, new() { NoiseDeviation = 2 }])
        {
            Trajectory run = Trajectory.Descend(mean, [3], schedule, 20_000, options, cancellation: TestContext.Current.CancellationToken);
            Assert.InRange(Math.Abs(run.Last[0]), 0, 0.1);
            Assert.False(options.IsDeterministic);
            Assert.Equal(run.Values[100], (run.Point(100)[0] * run.Point(100)[0]) + 1, 1e-12);
        }
    }

    [Fact]
    public void TheChecklistIsFilledInByCertificateAndRun()
    {
        (RunFacts facts, IReadOnlyList<ConvergenceTheorem> theorems) = RunChecklist.Of(Quadratic, Descent, new ConstantStepSize(0.1), false, true, 0,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(10, facts.SmoothnessConstant!.Value, 1e-9);
        Assert.Equal(0.5, facts.KlExponent!.Value, 0.05);
        Assert.Equal(Finding.Fails, theorems[0].Applies);
        Assert.Contains("the largest seen along the run", theorems[0].ToString(), StringComparison.Ordinal);
        Objective network = Objective.OfTensor(x => (x.Relu() - 1).Square().Sum());
        RobbinsMonro schedule = new(0.2, 1, 0.6);
        Trajectory run = Trajectory.Descend(network, [2, 3], schedule, 500, new DescentOptions { Gradient = SubgradientChoice.Clarke, NoiseDeviation = 0.1 },
            cancellation: TestContext.Current.CancellationToken);
        (facts, theorems) = RunChecklist.Of(network, run, schedule, true, true, cancellation: TestContext.Current.CancellationToken);
        Assert.Null(facts.SmoothnessConstant);
        Assert.Equal(Finding.Holds, theorems[^1].Applies);
        Assert.Contains("as observed along the run", theorems[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WindowsFallByWhatTheFlowFallsUntilItRests()
    {
        // Along θ' = −sign θ, F = |θ| decreases by the length of the window; at 0 the steps oscillate.
        Trajectory run = Trajectory.Descend(Objective.OfScalars(x => Active.Abs(x[0])), [1], new ConstantStepSize(0.0101), 200,
            cancellation: TestContext.Current.CancellationToken);
        WindowDescent windows = WindowDescent.Of(run, 0.1);
        Assert.All(windows.Falls.Where(window => window.Time < 0.85), window => Assert.Equal(0.101, window.Fall, 1e-9));
        Assert.All(windows.Falls.Where(window => window.Time > 1.05), window => Assert.InRange(Math.Abs(window.Fall), 0, 0.0101));
        Assert.All(windows.Falls, window => Assert.Equal(1, window.LeastNorm));
        // Noise makes single steps increase F, but F decreases over windows until the end.
        Trajectory noisy = Trajectory.Descend(Quadratic, [1, 1], new RobbinsMonro(0.05, 50, 1), 3000, new DescentOptions { NoiseDeviation = 0.5, Seed = 2 },
            TestContext.Current.CancellationToken);
        Assert.Contains(Enumerable.Range(0, 40), k => noisy.Values[k + 1] > noisy.Values[k]);
        Assert.All(WindowDescent.Of(noisy, 0.5).Falls.Take(2), window => Assert.True(window.Fall > 0));
        Assert.Contains("50", Assert.Throws<ArgumentException>(() => WindowDescent.Of(run, 50)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => WindowDescent.Of(run, 0));
    }

    [Fact]
    public void WrongValuesAreNamed()
    {
        Trajectory run = new(SubgradientChoice.Clarke);
        run.Add([1, 2], 3, 4, 0.1);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => run.Add([1, 2, 3], 3, 4, 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => run.Add([1, 2], double.NaN, 4, 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("three", Assert.Throws<ArgumentException>(() => KlFit.Of(run, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("5", Assert.Throws<ArgumentException>(() => PolyakLojasiewicz.Of(run, 5)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => KlFit.Of(Descent, 0, confidence: 1));
        Assert.ThrowsAny<ArgumentException>(() => DescentLedger.Of(Descent, 0));
        Assert.ThrowsAny<ArgumentException>(() => KlInequality.OfModulus(-1));
        Assert.Throws<InvalidOperationException>(() => new KlInequality(1, 1).Desingularize(1));
        Assert.ThrowsAny<ArgumentException>(() => LinearRate.Of(Descent, 0, new KlInequality(0.75, 1), 10));
        Assert.ThrowsAny<ArgumentException>(() => SaddleEscape.Measure(Quadratic, [0, 0], 0, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<InvalidOperationException>(() => new Trajectory(SubgradientChoice.Clarke).Last.Length);
    }
}
