namespace ConservativeAD.Distributed.Tests;

/// <summary>A rank that fails ends the job while the others wait for it; none hangs.</summary>
public class MpiEndTests
{
    public static TheoryData<string, string, int, string> Ends
    {
        get
        {
            TheoryData<string, string, int, string> ends = [];
            foreach (string mpi in (string[])[Launcher.OpenMpi.Name, Launcher.Mpich.Name])
            {
                ends.Add(mpi, "throw", 1, "Rank 2 of 3: System.InvalidOperationException: The last rank fails.");
                ends.Add(mpi, "code", 3, "");
                ends.Add(mpi, "dispose", Communicator.AbandonedCode, "Rank 2 of 3 left without Communicator.Complete, after an exception most likely");
                ends.Add(mpi, "exit", Communicator.AbandonedCode, "Rank 2 of 3 left without Communicator.Complete, so the job is ended.");
                ends.Add(mpi, "thread", Communicator.AbandonedCode, "only the thread that started it may");
                ends.Add(mpi, "mismatch", 1, "Rank 0 expected 20 bytes of rank 1 with tag 7, and 12 came");
            }

            return ends;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void ARankThatFailsEndsTheJob(string mpi, string scenario, int code, string message)
    {
        Outcome outcome = Launcher.Named(mpi).Run(3, scenario);
        Assert.True(outcome.Code == code, outcome.ToString());
        Assert.Contains(message, outcome.Output + outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(MpiMessageTests.Implementations), MemberType = typeof(MpiMessageTests))]
    public void MpiStartsOnceAndEndsOnce(string mpi)
    {
        Outcome outcome = Launcher.Named(mpi).Run(2, "twice");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(2, outcome.Lines.Length);
        Assert.All(outcome.Lines, line => Assert.StartsWith("MPI starts once in a process", line, StringComparison.Ordinal));
    }
}
