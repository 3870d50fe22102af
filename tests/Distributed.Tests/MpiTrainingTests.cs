namespace ConservativeAD.Distributed.Tests;

/// <summary>Training has the same bits for any number of ranks, with every MPI, sharded or not, and after a rank was killed.</summary>
public class MpiTrainingTests
{
    // What one process without MPI ends at, by settings.
    private static readonly Lazy<string[]> Alone = new(() => Succeeded(Launcher.RunAlone([], "trainings")).Lines);

    public static TheoryData<string, int> Sizes
    {
        get
        {
            TheoryData<string, int> sizes = [];
            foreach (int ranks in (int[])[1, 2, 3, 4, 5, 8])
                sizes.Add(Launcher.OpenMpi.Name, ranks);
            foreach (int ranks in (int[])[2, 5])
                sizes.Add(Launcher.Mpich.Name, ranks);
            return sizes;
        }
    }

    [Fact]
    public void ShardedAndPlainTrainingAreEqual()
    {
        string[] lines = Alone.Value;
        Assert.Equal(15, lines.Length);
        foreach (string[] pair in lines[..12].Chunk(2))
            Assert.Equal(pair[0].Split(": ")[1], pair[1].Split(": ")[1]);
        Assert.Equal(9, lines.Select(line => line.Split(": ")[1]).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AnyNumberOfRanksEndsAtTheSameBits(string mpi, int ranks) =>
        Assert.Equal(Alone.Value, Succeeded(Launcher.Named(mpi).Run(ranks, "trainings")).Lines);

    [Theory]
    [InlineData("Open MPI", 4, 3, "no", "float")]
    [InlineData("Open MPI", 2, 5, "yes", "half")]
    [InlineData("MPICH", 3, 1, "yes", "float")]
    public void AKilledRankIsMadeGoodByAnotherNumberOfRanks(string mpi, int before, int after, string sharded, string type)
    {
        string folder = Directory.CreateTempSubdirectory("conservative-ad-ranks-").FullName;
        try
        {
            string[] settings = [$"type={type}", $"sharded={sharded}", "steps=60"];
            string whole = Assert.Single(Succeeded(Launcher.RunAlone([], ["train", .. settings])).Lines).Split(',')[0];
            string file = Path.Combine(folder, "run.safetensors");
            settings = ["train", .. settings, $"file={file}", "every=20"];
            Outcome killed = Launcher.Named(mpi).Run(before, [.. settings, "kill=45"]);
            Assert.True(killed.Code != 0 && !killed.Output.Contains("loss", StringComparison.Ordinal), killed.ToString());
            Assert.Equal([file], Directory.GetFiles(folder));
            string line = Assert.Single(Succeeded(Launcher.Named(mpi).Run(after, settings)).Lines);
            Assert.Equal(whole, line.Split(',')[0]);
            Assert.EndsWith("from step 40", line, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(MpiMessageTests.Implementations), MemberType = typeof(MpiMessageTests))]
    public void RanksWithOtherParametersAreRefused(string mpi)
    {
        Outcome outcome = Launcher.Named(mpi).Run(2, "other");
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains("Rank 1 and rank 0 train with other parameters or options: 'w [3]' here, 'w [2]' there.", outcome.Errors, StringComparison.Ordinal);
    }

    private static Outcome Succeeded(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.ToString());
        return outcome;
    }
}
