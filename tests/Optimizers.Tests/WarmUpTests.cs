namespace ConservativeAD.Optimizers.Tests;

public class WarmUpTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(150)]
    public void AFiniteScheduleKeepsItsEndAndSumsToItsClaim(long warmUp)
    {
        IStepSizeSchedule schedule = new LinearWarmUp(new CosineDecay(0.2, 100), warmUp);
        Assert.Equal(SeriesLimit.FiniteHorizon, schedule.SumOfSteps.Limit);
        Assert.Equal(100, schedule.SumOfSteps.Horizon);
        (double steps, double squares) = schedule.PartialSums(400);
        Assert.Equal(steps, schedule.SumOfSteps.Value, 1e-12);
        Assert.Equal(squares, schedule.SumOfSquares.Value, 1e-12);
    }

    [Fact]
    public void TheConditionsOfRobbinsAndMonroOutliveTheWarmUp()
    {
        IStepSizeSchedule schedule = new LinearWarmUp(new RobbinsMonro(1), 2);
        Assert.True(schedule.SatisfiesRobbinsMonro);
        Assert.Equal((Math.PI * Math.PI / 6) - 0.75, schedule.SumOfSquares.Value, 1e-13);
        Assert.Equal(0.5, schedule.StepSize(0));
        Assert.Equal(0.5, schedule.StepSize(1));
        Assert.Equal(1 / 3.0, schedule.StepSize(2));
    }

    [Fact]
    public void InverseSquareRootHalvesAndItsSquaresAreHarmonic()
    {
        IStepSizeSchedule schedule = new InverseSquareRoot(0.4, 10);
        Assert.Equal(0.4, schedule.StepSize(0));
        Assert.Equal(0.2, schedule.StepSize(30), 1e-15);
        Assert.False(schedule.SatisfiesRobbinsMonro);
        IStepSizeSchedule unit = new InverseSquareRoot(1);
        Assert.Equal(7381 / 2520.0, unit.PartialSums(10).Squares, 1e-13);
    }

    [Fact]
    public void BadSettingsAreRefusedWithTheirValue()
    {
        Assert.Contains("was 0", Assert.Throws<ArgumentOutOfRangeException>(() => new LinearWarmUp(new ConstantStepSize(1), 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new LinearWarmUp(null!, 1));
        Assert.Contains("was -1", Assert.Throws<ArgumentOutOfRangeException>(() => new InverseSquareRoot(-1)).Message, StringComparison.Ordinal);
        Assert.Contains("was NaN", Assert.Throws<ArgumentOutOfRangeException>(() => new InverseSquareRoot(1, double.NaN)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearWarmUp(new ConstantStepSize(1), 3).StepSize(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InverseSquareRoot(1).StepSize(-1));
    }
}
