namespace ConservativeAD.Optimizers.Tests;

/// <summary>Values and certificates of warm-up, one cycle, polynomial decay and the inverse square root.</summary>
public class MoreScheduleTests
{
    [Fact]
    public void AWarmUpRisesAndThenFollows()
    {
        IStepSizeSchedule linear = new WarmUp(new RobbinsMonro(0.4), 4), exponential = new WarmUp(new ConstantStepSize(1), 2, 0.01);
        Assert.Equal([0.1, 0.2, 0.3, 0.4, 0.4, 0.2], Enumerable.Range(0, 6).Select(k => Math.Round(linear.StepSize(k), 12)));
        Assert.Equal([0.1, 1, 1], Enumerable.Range(0, 3).Select(k => Math.Round(exponential.StepSize(k), 12)));
        Assert.True(linear.SatisfiesRobbinsMonro);
        Assert.True(linear.StepsVanish);
        Assert.False(exponential.StepsVanish);
        Assert.Equal(SeriesLimit.Diverges, exponential.SumOfSquares.Limit);
    }

    [Fact]
    public void FiniteSchedulesCertifyTheSumsThatTheyHave()
    {
        foreach (IStepSizeSchedule schedule in new IStepSizeSchedule[] { new OneCycle(0.5, 40), new PolynomialDecay(0.3, 25, 2),
            new WarmUp(new PolynomialDecay(0.3, 25), 5), new WarmUp(new CosineDecay(0.3, 30), 3, 0.1) })
        {
            long horizon = schedule.SumOfSteps.Horizon!.Value;
            (double steps, double squares) = schedule.PartialSums(10 * horizon);
            Assert.Equal(steps, schedule.SumOfSteps.Value, 1e-12);
            Assert.Equal(squares, schedule.SumOfSquares.Value, 1e-12);
            Assert.Equal(0, schedule.StepSize(horizon));
            Assert.NotEqual(0, schedule.StepSize(horizon - 1));
            Assert.True(schedule.StepsVanish);
            Assert.False(schedule.SatisfiesRobbinsMonro);
        }
    }

    [Fact]
    public void TheInverseSquareRootVanishesWithBothSumsInfinite()
    {
        IStepSizeSchedule schedule = new InverseSquareRoot(1, 10);
        Assert.Equal(0.5, schedule.StepSize(30), 1e-15);
        Assert.True(schedule.StepsVanish);
        Assert.False(schedule.SatisfiesRobbinsMonro);

        // The squares are harmonic: their sum passes k₀ log(1 + n/k₀).
        Assert.True(schedule.PartialSums(100_000).Squares >= 10 * Math.Log(1 + (100_000 / 10.0)));
    }

    [Fact]
    public void TheBoundByTheSmoothnessConstantLooksAtEveryStep()
    {
        IStepSizeSchedule schedule = new WarmUp(new ConstantStepSize(0.5), 10);
        Assert.True(schedule.StaysBelowInverse(1.99, 100));
        Assert.True(schedule.StaysBelowInverse(2, 9));
        Assert.False(schedule.StaysBelowInverse(2, 10));
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => schedule.StaysBelowInverse(-1, 10)).Message);
    }

    [Fact]
    public void BadSettingsAreRefused()
    {
        Assert.Contains("1.5", Assert.Throws<ArgumentOutOfRangeException>(() => new WarmUp(new ConstantStepSize(1), 3, 1.5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WarmUp(new ConstantStepSize(1), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycle(1, 1));
        Assert.Contains("0.5", Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycle(1, 10, 0.2, 0.5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycle(1, 10, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PolynomialDecay(1, 10, 0));
        Assert.Contains("[0, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => new PolynomialDecay(1, 10, 1, 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new InverseSquareRoot(0));
    }
}
