namespace ConservativeAD.Optimizers.Tests;

/// <summary>The rule of a step size that is reduced on plateaus.</summary>
public class ReduceOnPlateauTests
{
    [Fact]
    public void PatienceAndCooldownCountReports()
    {
        ReduceOnPlateau schedule = new(1, 0.5, 2) { Cooldown = 1 };
        Assert.Equal(1, schedule.StepSize(0));
        Assert.Equal(
            [false, false, false, true, false, false, false, true, false, false],
            ((double[])[3, 3, 3, 3, 3, 3, 3, 3, 1, 1]).Select(schedule.Report));
        Assert.Equal(0.25, schedule.StepSize(99));
        Assert.Equal(1, schedule.Progress.Best);
    }

    [Fact]
    public void ThresholdsSayWhatIsBetter()
    {
        ReduceOnPlateau relative = new(1, 0.1, 0) { Threshold = 0.1 },
            absolute = new(1, 0.1, 0) { Threshold = 0.1, IsThresholdAbsolute = true, IsLargerBetter = true };
        Assert.False(relative.Report(10));
        Assert.True(relative.Report(9.5));
        Assert.False(relative.Report(8.5));
        Assert.False(absolute.Report(0.5));
        Assert.True(absolute.Report(0.55));
        Assert.False(absolute.Report(0.7));
        Assert.True(absolute.Report(double.NaN));
    }

    [Fact]
    public void StepSizesStayAboveTheLeastAndProgressIsPutBack()
    {
        ReduceOnPlateau schedule = new(1, 0.1, 0) { MinimumStepSize = 0.05 };
        schedule.Report(1);
        Assert.True(schedule.Report(1));
        Assert.True(schedule.Report(1));
        Assert.False(schedule.Report(1));
        Assert.Equal(0.05, schedule.StepSize(0));
        ReduceOnPlateau other = new(1, 0.1, 0) { MinimumStepSize = 0.05, Progress = schedule.Progress };
        Assert.Equal(0.05, other.StepSize(7));
        IStepSizeSchedule certificate = other;
        Assert.False(certificate.SatisfiesRobbinsMonro);
        Assert.False(certificate.StepsVanish);
        Assert.Contains("1.5", Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau(1, 1.5)).Message);
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau(1, patience: -1)).Message);
    }
}
