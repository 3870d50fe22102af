namespace ConservativeAD.Optimizers.Tests;

/// <summary>Schedules with the numbers of PyTorch's, from its published formulas written out by hand, and what they certify.</summary>
public class PublishedScheduleTests
{
    [Fact]
    public void OneCycle()
    {
        // max_lr 0.1, 10 steps: initial 0.004, least 4e-7; the first phase ends at step 0.3·10 − 1, the second at step 9.
        OneCycle cycle = new(0.1, 10);
        double[] expected = [0.004, 0.052, 0.1, 0.09504846320134, Cos(2), Cos(3), Cos(4), Cos(5), Cos(6), 4e-7];
        AssertSizes(cycle, expected);
        Assert.Equal(0, cycle.StepSize(10));
        AssertSizes(cycle with { IsLinear = true }, [0.004, 0.052, 0.1, .. Enumerable.Range(1, 7).Select(j => 0.1 + ((4e-7 - 0.1) * j / 7))]);

        // Ends of phases that are no steps: 0.25·10 − 1 = 1.5.
        AssertSizes(new OneCycle(1, 10, 0.25, 10, 100) { IsLinear = true },
            [0.1, 0.1 + (0.9 / 1.5), .. Enumerable.Range(2, 8).Select(k => 1 + ((0.001 - 1) * (k - 1.5) / 7.5))]);

        // Three phases: rises to step 3, falls to step 6, and to the last size at step 9.
        AssertSizes(new OneCycle(1, 10, 0.4, 10, 100) { IsLinear = true, HasThreePhases = true },
            [0.1, 0.4, 0.7, 1, 0.7, 0.4, 0.1, 0.1 - (0.099 / 3), 0.1 - (0.099 * 2 / 3), 0.001]);

        double Cos(int j) => 4e-7 + ((0.1 - 4e-7) / 2 * (1 + Math.Cos(Math.PI * j / 7)));
    }

    [Fact]
    public void CosineRestarts()
    {
        AssertSizes(new CosineRestarts(1, 4), [1, 0.85355339059327, 0.5, 0.14644660940673, 1, 0.85355339059327]);
        AssertSizes(new CosineRestarts(2, 1, 2, 1), [2, 2, 1.5, 2, 1.85355339059327, 1.5, 1.14644660940673, 2]);
        Assert.Equal(2, new CosineRestarts(2, 3, 2).StepSize(3 * ((1L << 40) - 1)));
        AssertSteadySums(new CosineRestarts(1, 4));
    }

    [Fact]
    public void Cycles()
    {
        AssertSizes(new CyclicStepSize(0.1, 0.5, 2), [0.1, 0.3, 0.5, 0.3, 0.1, 0.3, 0.5]);
        AssertSizes(new CyclicStepSize(0.1, 0.5, 2, 4) { Height = CycleHeight.Halved }, [0.1, 0.3, 0.5, 0.4, 0.3, 0.2, 0.1, 0.2, 0.3, 0.25]);
        AssertSizes(new CyclicStepSize(1, 2, 2) { Height = CycleHeight.Exponential, Factor = 0.5 }, [1, 1.25, 1.25, 1.0625, 1, 1 + (0.5 / 32)]);
        Assert.Equal(1, new CyclicStepSize(1, 2, 2) { Height = CycleHeight.Halved }.StepSize(4L << 40));
        AssertSteadySums(new CyclicStepSize(0.1, 0.5, 2) { Height = CycleHeight.Halved });
    }

    [Fact]
    public void Steps()
    {
        AssertSizes(new MultiStepDecay(1, [4, 2, 4], 0.5), [1, 1, 0.5, 0.5, 0.125, 0.125]);
        AssertSteadySums(new MultiStepDecay(1, [3]));
        AssertSizes(new ExponentialDecay(0.8, 0.5), [0.8, 0.4, 0.2, 0.1]);
        AssertSums(new ExponentialDecay(0.8, 0.5), 200);
        AssertSizes(new LinearChange(0.6, 0.5, 1, 2), [0.3, 0.45, 0.6, 0.6]);
        AssertSteadySums(new LinearChange(0.6));
        AssertSizes(new LinearChange(1, 1, 0, 4), [1, 0.75, 0.5, 0.25, 0]);
        AssertSums(new LinearChange(1, 1, 0, 4), 9);
        AssertSizes(new PolynomialDecay(1, 4, 2), [1, 0.5625, 0.25, 0.0625, 0]);
        Assert.Equal(new MultiStepDecay(1, [2, 4]), new MultiStepDecay(1, [4, 2]));
    }

    [Fact]
    public void OneAfterAnotherHasTheFactsOfTheLast()
    {
        IStepSizeSchedule robbinsMonro = new SequentialSchedule([new LinearChange(1, 0.5, 1, 2), new RobbinsMonro(1)], [2]);
        AssertSizes(robbinsMonro, [0.5, 0.75, 1, 0.5, 1.0 / 3]);
        Assert.True(robbinsMonro.SatisfiesRobbinsMonro && robbinsMonro.StepsVanish);
        Assert.Equal(0.25 + 0.5625 + (Math.PI * Math.PI / 6), robbinsMonro.SumOfSquares.Value, 1e-12);
        AssertSteadySums(new SequentialSchedule([new RobbinsMonro(1), new ConstantStepSize(0.1)], [5]));
        AssertSums(new SequentialSchedule([new ConstantStepSize(0.2), new PolynomialDecay(0.2, 5)], [3]), 30);
        AssertSums(new SequentialSchedule([new ConstantStepSize(0.2), new ExponentialDecay(0.2, 0.5), new ExponentialDecay(1, 0.25)], [3, 4]), 200);
    }

    [Fact]
    public void AProductIsCertifiedOnlyWhereItsFactsAreKnown()
    {
        IStepSizeSchedule warm = new ChainedSchedule(new LinearChange(1, 0.25, 1, 3), new RobbinsMonro(0.5));
        AssertSizes(warm, [0.125, 0.5 * 0.25, 0.75 * 0.5 / 3, 0.125]);
        Assert.True(warm.SatisfiesRobbinsMonro && warm.StepsVanish);
        (_, double squares) = warm.PartialSums(1_000_000);
        Assert.Equal(warm.SumOfSquares.Value, squares, 1e-6);
        AssertSums(new ChainedSchedule(new MultiStepDecay(1, [2, 5], 0.5), new ExponentialDecay(0.5, 0.75)), 400);
        AssertSums(new ChainedSchedule(new PolynomialDecay(1, 7), new CyclicStepSize(0.1, 0.5, 2)), 30);
        AssertSteadySums(new ChainedSchedule(new MultiStepDecay(1, [3]), new ConstantStepSize(2)));

        // Σ 1/√k·1/√k diverges and Σ 1/k·1/√k does not: a product of two that go on changing is not known.
        foreach (IStepSizeSchedule unknown in (IStepSizeSchedule[])
            [
                new ChainedSchedule(new InverseSquareRoot(1), new RobbinsMonro(1)),
                new SequentialSchedule([new ConstantStepSize(1), new ChainedSchedule(new InverseSquareRoot(1), new InverseSquareRoot(1))], [3]),
                new WarmUp(new ChainedSchedule(new InverseSquareRoot(1), new InverseSquareRoot(1)), 3),
            ])
        {
            Assert.Equal((SeriesLimit.Unknown, SeriesLimit.Unknown), (unknown.SumOfSteps.Limit, unknown.SumOfSquares.Limit));
            Assert.False(unknown.SatisfiesRobbinsMonro || unknown.StepsVanish);
            Assert.Equal("is not known", unknown.SumOfSteps.ToString());
        }
    }

    [Fact]
    public void BadSettingsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CyclicStepSize(0, 1, 2));
        Assert.Contains("0.05", Assert.Throws<ArgumentOutOfRangeException>(() => new CyclicStepSize(0.1, 0.05, 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRestarts(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRestarts(1, 2, 0));
        Assert.Contains("[0, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRestarts(1, 2, 1, 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialDecay(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearChange(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiStepDecay(1, [-1]));
        Assert.Contains("[3, 3]", Assert.Throws<ArgumentException>(() => new SequentialSchedule(
            [new ConstantStepSize(1), new ConstantStepSize(1), new ConstantStepSize(1)], [3, 3])).Message);
        Assert.Throws<ArgumentException>(() => new SequentialSchedule([new ConstantStepSize(1)], [3]));
        Assert.Throws<ArgumentException>(() => new ChainedSchedule());
    }

    private static void AssertSizes(IStepSizeSchedule schedule, double[] expected) =>
        Assert.All(expected.Index(), pair => Assert.Equal(pair.Item, schedule.StepSize(pair.Index), 1e-13));

    private static void AssertSums(IStepSizeSchedule schedule, long count)
    {
        (double steps, double squares) = schedule.PartialSums(count);
        Assert.Equal(steps, schedule.SumOfSteps.Value, 1e-12);
        Assert.Equal(squares, schedule.SumOfSquares.Value, 1e-12);
        Assert.True(schedule.StepsVanish);
        Assert.False(schedule.SatisfiesRobbinsMonro);
    }

    private static void AssertSteadySums(IStepSizeSchedule schedule)
    {
        Assert.Equal((SeriesLimit.Diverges, SeriesLimit.Diverges), (schedule.SumOfSteps.Limit, schedule.SumOfSquares.Limit));
        Assert.False(schedule.StepsVanish || schedule.SatisfiesRobbinsMonro);
    }
}
