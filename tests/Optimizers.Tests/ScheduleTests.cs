namespace ConservativeAD.Optimizers.Tests;

public class ScheduleTests
{
    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(0.75, 10.0)]
    [InlineData(0.6, 100.0)]
    public void RobbinsMonroSatisfiesTheConditionsItIsNamedAfter(double power, double halfLife)
    {
        IStepSizeSchedule schedule = new RobbinsMonro(0.5, halfLife, power);
        Assert.True(schedule.SatisfiesRobbinsMonro);

        // The remainder of the squares after n terms is ∫ (1 + k/k₀)^(−2p) from n − ½ on, and the steps' sum grows as its integral does.
        const long N = 1_000_000;
        (double steps, double squares) = schedule.PartialSums(N);
        double s = 2 * power;
        double rest = 0.25 * halfLife / (s - 1) * Math.Pow(1 + ((N - 0.5) / halfLife), 1 - s);
        Assert.Equal(1, (squares + rest) / schedule.SumOfSquares.Value, 1e-9);
        double x = N / halfLife;
        double integral = 0.5 * halfLife * (power == 1 ? Math.Log(1 + x) : (Math.Pow(1 + x, 1 - power) - 1) / (1 - power));
        Assert.InRange(steps, integral, integral + 0.5);
    }

    [Fact]
    public void TheSquaresOfTheHarmonicStepsSumToPiSquaredOverSix() =>
        Assert.Equal(Math.PI * Math.PI / 6, new RobbinsMonro(1).SumOfSquares.Value, 1e-13);

    [Fact]
    public void ConstantStepsDivergeInBothSums()
    {
        IStepSizeSchedule schedule = new ConstantStepSize(0.1);
        Assert.False(schedule.SatisfiesRobbinsMonro);
        Assert.Equal(SeriesLimit.Diverges, schedule.SumOfSquares.Limit);
        Assert.Equal(100, schedule.PartialSums(1000).Steps, 1e-9);
    }

    [Fact]
    public void StepDecayConvergesToItsClaim()
    {
        IStepSizeSchedule schedule = new StepDecay(0.3, 7, 0.5);
        Assert.False(schedule.SatisfiesRobbinsMonro);
        Assert.Equal(0.3, schedule.StepSize(6));
        Assert.Equal(0.15, schedule.StepSize(7));
        (double steps, double squares) = schedule.PartialSums(500);
        Assert.Equal(schedule.SumOfSteps.Value, steps, 1e-12);
        Assert.Equal(schedule.SumOfSquares.Value, squares, 1e-12);
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(100, 10)]
    [InlineData(11, 10)]
    [InlineData(1, 0)]
    public void CosineEndsWithTheSumsItClaims(long steps, long warmUp)
    {
        IStepSizeSchedule schedule = new CosineDecay(0.2, steps, warmUp);
        Assert.Equal(SeriesLimit.FiniteHorizon, schedule.SumOfSteps.Limit);
        Assert.Equal(steps, schedule.SumOfSteps.Horizon);
        Assert.Equal(0, schedule.StepSize(steps));
        (double sum, double squares) = schedule.PartialSums(steps + 10);
        Assert.Equal(schedule.SumOfSteps.Value, sum, 1e-12);
        Assert.Equal(schedule.SumOfSquares.Value, squares, 1e-12);
    }

    [Fact]
    public void CosineRisesThenFalls()
    {
        var schedule = new CosineDecay(1, 110, 10, 0.1);
        Assert.Equal(0.1, schedule.StepSize(0), 1e-15);
        Assert.Equal(1, schedule.StepSize(9), 1e-15);
        Assert.Equal(1, schedule.StepSize(10), 1e-15);
        Assert.Equal(0.55, schedule.StepSize(60), 1e-12);
        Assert.Equal(0.1, schedule.StepSize(110));
        Assert.Equal(SeriesLimit.Diverges, schedule.SumOfSteps.Limit);
    }

    [Fact]
    public void BadSettingsAreRefusedWithTheirValue()
    {
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantStepSize(-1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantStepSize(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantStepSize(1) with { Initial = 0 });
        Assert.Contains("0.5", Assert.Throws<ArgumentOutOfRangeException>(() => new RobbinsMonro(1, 1, 0.5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RobbinsMonro(1, 1, 1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RobbinsMonro(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepDecay(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepDecay(1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineDecay(1, 10, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineDecay(1, 10, 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RobbinsMonro(1).StepSize(-1));
    }
}
