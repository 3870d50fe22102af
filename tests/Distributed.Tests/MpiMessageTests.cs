using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed.Tests;

/// <summary>Messages between the ranks of real jobs, with every MPI that is installed.</summary>
public class MpiMessageTests
{
    public static TheoryData<string> Implementations => [Launcher.OpenMpi.Name, Launcher.Mpich.Name];

    public static TheoryData<string, int> Sizes
    {
        get
        {
            TheoryData<string, int> sizes = [];
            foreach (int ranks in (int[])[1, 2, 3, 8])
                sizes.Add(Launcher.OpenMpi.Name, ranks);
            foreach (int ranks in (int[])[2, 5])
                sizes.Add(Launcher.Mpich.Name, ranks);
            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EveryMessageArrives(string mpi, int ranks)
    {
        Outcome outcome = Launcher.Named(mpi).Run(ranks, "messages");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(["all messages"], outcome.Lines);
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void TheLibraryIsTheLaunchers(string mpi)
    {
        Outcome outcome = Launcher.Named(mpi).Run(2, "hello");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.StartsWith($"2 ranks, {mpi}", Assert.Single(outcome.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherLibraryThanTheLaunchersIsRefused()
    {
        Outcome mpich = Launcher.Mpich.Run(1, "hello");
        Assert.True(mpich.Code == 0, mpich.ToString());
        Outcome outcome = Launcher.OpenMpi.RunWith(new() { [MpiLibrary.Variable] = "libmpich.so.12" }, 2, "hello");
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains("it is another MPI than the launcher's", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void CallsAllocateNothing(string mpi)
    {
        Outcome outcome = Launcher.Named(mpi).Run(3, "allocations");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(["0 bytes"], outcome.Lines);
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void NullReferencesAreStillCaught(string mpi)
    {
        Outcome outcome = Launcher.Named(mpi).Run(2, "null");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(["-1"], outcome.Lines);
    }

    [Fact]
    public void MessagesOfMoreThan2GigabytesArriveInParts()
    {
        const long Needed = 16L << 30;
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        Assert.SkipWhen(memory < Needed, $"Two ranks with 2.4 GB each are run where there are {Needed >> 30} GB of memory; there are {memory >> 30}.");
        Outcome outcome = Launcher.OpenMpi.Run(2, "large");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(["sent"], outcome.Lines);
    }
}
