namespace ConservativeAD.Distributed.Tests;

/// <summary>What a step on several ranks costs the collector.</summary>
public class MpiStepTests
{
    [Theory]
    [MemberData(nameof(MpiMessageTests.Implementations), MemberType = typeof(MpiMessageTests))]
    public void AStepAllocatesNothing(string mpi)
    {
        Outcome outcome = Launcher.Named(mpi).Run(3, "steps");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(["0 bytes"], outcome.Lines);
    }
}
