using System.Diagnostics;
using ConservativeAD.Fuzz;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Ranks;

/// <summary>Commands on the ranks of MPI jobs, by processes of the real program.</summary>
public class RankJobTests
{
    private static readonly string[] Volume =
        ["volume", "--depths", "1", "--widths", "8", "--batch", "64", "--precisions", "32", "--networks", "16", "--samples", "128", "--data-set", "stand-in"];

    // What one process without a launcher ends at.
    private static readonly Dictionary<string, Lazy<string>> Undisturbed = StudiedCommand.NamesOfRanks.ToDictionary(name => name, name => new Lazy<string>(() =>
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, new StudiedCommand(name, folder.Path).Finish(folder["alone"]).Code);
        return StudiedCommand.ResultsOf(folder["alone"]);
    }));

    [Theory]
    [InlineData("volume", 1)]
    [InlineData("volume", 3)]
    [InlineData("train-on-ranks", 3)]
    public void AnyNumberOfRanksEndsAtTheSameBits(string name, int ranks)
    {
        Demand();
        using TemporaryFolder folder = new();
        StudiedCommand command = new(name, folder.Path);
        Ended ended = command.RunOnRanks(folder["ranks"], ranks);
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(Undisturbed[name].Value, StudiedCommand.ResultsOf(folder["ranks"]));
        Assert.False(Directory.Exists(Path.Combine(folder["ranks"], "checkpoints")));
    }

    [Theory]
    [InlineData("volume", 2, 1, 3)]
    [InlineData("volume", 3, 0, 2)]
    [InlineData("relu-training", 2, 1, 1)]
    [InlineData("train-on-ranks", 3, 2, 2)]
    [InlineData("train-on-ranks", 2, 0, 3)]
    public void AKilledRankIsMadeGoodByAnotherNumberOfRanks(string name, int before, int rank, int after)
    {
        Demand();
        using TemporaryFolder folder = new();
        StudiedCommand command = new(name, folder.Path);
        Ended killed = command.RunOnRanks(folder["ranks"], before, new RankKill(rank, 0, IsUnderWay));
        Assert.True(killed.Code is null, killed.Error);
        Assert.DoesNotContain("   at ", killed.Error, StringComparison.Ordinal);
        Ended ended = command.RunOnRanks(folder["ranks"], after);
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(Undisturbed[name].Value, StudiedCommand.ResultsOf(folder["ranks"]));

        bool IsUnderWay(string results) => RankKill.LinesOf(results) > 2 || File.Exists(Path.Combine(results, "checkpoint.safetensors"));
    }

    [Fact]
    public void ARankThatIsSetUpOtherwiseEndsTheJobWithASentence()
    {
        Demand();
        using TemporaryFolder folder = new();
        string[] one = ["dotnet", StudiedCommand.Program, .. Volume, "--mpi", "--out", folder["out"]];
        (int code, string error) = Run([.. RankLauncher.Words(1), .. one, ":", "-n", "1", .. one, "--seed", "2"], []);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("Rank 1 of 2: it is not set up as rank 0 is: seed is 1 there and 2 here.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsWrongWithTheRequestIsSaidOnce()
    {
        Demand();
        using TemporaryFolder folder = new();
        (int code, string error) = Run([.. RankLauncher.Words(3), "dotnet", StudiedCommand.Program, .. Volume, "--mpi", "--out", folder["out"]],
            new() { ["CONSERVATIVEAD_DATA"] = folder["none"] }, withoutDataSet: true);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal(2, error.Split("does not exist; name one with the subfolder mnist").Length);
        Assert.DoesNotContain("Rank ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnMpiLibraryASentenceSaysSo()
    {
        using TemporaryFolder folder = new();
        (int code, string error) = Run(["dotnet", StudiedCommand.Program, .. Volume, "--mpi", "--out", folder["out"]],
            new() { ["OMPI_COMM_WORLD_RANK"] = "0", ["CONSERVATIVEAD_MPI"] = folder["libnone.so"] });
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith($"The MPI library '{folder["libnone.so"]}', which CONSERVATIVEAD_MPI names, cannot be loaded.", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void TasksThatSrunStartedWithoutMpiAreRefused()
    {
        using TemporaryFolder folder = new();
        (int code, string error) = Run(["dotnet", StudiedCommand.Program, .. Volume, "--mpi", "--out", folder["out"]],
            new() { ["SLURM_STEP_NUM_TASKS"] = "4" });
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("srun started 4 processes without MPI", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void OneRankWithoutALauncherComputesAloneAndSaysSo()
    {
        using TemporaryFolder folder = new();
        Ran plain = Ran.Program([.. Volume, "--out", folder["plain"]]), ranked = Ran.Program([.. Volume, "--mpi", "--out", folder["ranked"]]);
        Assert.Equal((ExitCode.Success, ExitCode.Success), (plain.ExitCode, ranked.ExitCode));
        Assert.Contains("One rank computes alone: no launcher of MPI started this process.", ranked.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("One rank", plain.Output, StringComparison.Ordinal);
        Assert.Equal(StudiedCommand.ResultsOf(folder["plain"]), StudiedCommand.ResultsOf(folder["ranked"]));
    }

    [Theory]
    [InlineData("volume --mpi --shard 1/2", "--shard does not go with --mpi")]
    [InlineData("relu-training --mpi --shard 1/2", "--shard does not go with --mpi")]
    [InlineData("train mlp --mpi --optimizer truncatedsgd", "--optimizer truncatedsgd does not go with --mpi")]
    [InlineData("train mlp --micro-batches 4", "--micro-batches goes with --mpi")]
    [InlineData("train mlp --mpi --batch-norm --batch 15", "--batch-norm takes micro-batches of two images at least")]
    public void WhatDoesNotGoTogetherIsRefused(string line, string told)
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. line.Split(' '), "--samples", "128", "--data-set", "stand-in", "--out", folder["out"]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(told, ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }

    [Fact]
    public void ATrainingIsContinuedWithTheSameMicroBatchesOnly()
    {
        using TemporaryFolder folder = new();
        string[] line = ["train", "mlp", "--hidden", "8", "--samples", "128", "--epochs", "1", "--data-set", "stand-in", "--out", folder["out"]];
        Assert.Equal(ExitCode.Success, Ran.Program([.. line, "--mpi"]).ExitCode);
        Ran plain = Ran.Program([.. line, "--resume"]), other = Ran.Program([.. line, "--resume", "--mpi", "--micro-batches", "4"]);
        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (plain.ExitCode, other.ExitCode));
        Assert.Contains("microBatches is 8 there and not set here", plain.Error, StringComparison.Ordinal);
        Assert.Contains("microBatches is 8 there and 4 here", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void NoEscapesAreWrittenToATerminalOfTheLauncher()
    {
        Demand();
        using TemporaryFolder folder = new();
        (int code, _, byte[] output) = Outputs([.. RankLauncher.Words(2), "dotnet", StudiedCommand.Program, .. Volume, "--mpi", "--out", folder["out"]],
            new() { ["TERM"] = "xterm-256color" });
        Assert.Equal(0, code);
        Assert.True(output.Length > 500);
        Assert.DoesNotContain((byte)0x1b, output);
    }

    private static void Demand() => Assert.SkipWhen(RankLauncher.Refusal is not null, RankLauncher.Refusal ?? "");

    private static (int Code, string Error) Run(string[] words, Dictionary<string, string> variables, bool withoutDataSet = false)
    {
        (int code, string error, _) = Outputs(withoutDataSet ? [.. words.Where(word => word is not ("--data-set" or "stand-in"))] : words, variables);
        return (code, error);
    }

    private static (int Code, string Error, byte[] Output) Outputs(string[] words, Dictionary<string, string> variables)
    {
        ProcessStartInfo start = new(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, error.Result, output.ToArray());
    }
}
