using System.Text.Json;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.ReluTraining;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Tests.ReluTraining;

/// <summary>Training with several slopes of relu at 0: shared prefixes, forks, and resumption.</summary>
public class ReluTrainingTests
{
    private static readonly string[] Tiny = ["relu-training", "--hidden", "64,48", "--samples", "512", "--batch", "64", "--epochs", "2", "--learning-rate",
        "0.1", "--json", "--data-set", "stand-in"];

    [Theory]
    [InlineData("mlp", "16")]
    [InlineData("lenet5", "16")]
    [InlineData("mlp", "32")]
    public void ForkedRunsHaveTheBitsOfRunsByThemselves(string network, string precision)
    {
        using TemporaryFolder folder = new();
        string[] line = network == "mlp" ? Tiny : [.. Tiny.Where(word => word is not "--hidden" and not "64,48")];
        string[] kind = ["--networks", network, "--precisions", precision, "--runs", network == "mlp" ? "1" : "3"];
        // The last of the seeds of lenet5 has relus at 0 that pass something back.
        ReluRun[] together = Runs([.. line, .. kind, "--s", "0,1", "--out", folder["all"]])[^4..];
        foreach (ReluRun run in together)
        {
            string[] only = ["--s", $"{run.Slope}", "--rules", ReluTrainingTables.Name(run.Rule), "--out", folder["one"]];
            ReluRun alone = Runs([.. line, .. kind, .. only])[^1];
            Assert.Equal(alone.Parameters, run.Parameters);
            Assert.Equal(alone.Epochs.Select(epoch => (epoch.TrainLoss, epoch.TestLoss, epoch.TestAccuracy)),
                run.Epochs.Select(epoch => (epoch.TrainLoss, epoch.TestLoss, epoch.TestAccuracy)));
            Assert.Equal(alone.Epochs.SelectMany(epoch => epoch.Layers), run.Epochs.SelectMany(epoch => epoch.Layers));
            Assert.Equal(alone.Hits, run.Hits);
        }

        if (network == "mlp")
            return;
        // Many relus of the convolutions are at 0 in 16 bit, so that slopes and rules make different runs.
        Assert.True(together.All(run => run.Epochs.Sum(epoch => epoch.Layers.Sum(layer => layer.AtKink)) > 0), "no relu was at 0");
        Assert.NotEqual(Of(ReluRule.Chain, 1).Parameters, Of(ReluRule.Published, 1).Parameters);
        Assert.NotEqual(Of(ReluRule.Chain, 1).Parameters, Of(ReluRule.Chain, 0).Parameters);
        Assert.NotNull(Of(ReluRule.Chain, 1).FirstDifference);
        Assert.Null(Of(ReluRule.Chain, 0).FirstDifference);
        Assert.True(Of(ReluRule.Published, 1).Epochs[^1].Relative > Of(ReluRule.Chain, 1).Epochs[^1].Relative);
        Assert.NotEmpty(Of(ReluRule.Published, 1).Hits);

        ReluRun Of(ReluRule rule, double slope) => together.Single(run => run.Rule == rule && run.Slope == slope);
    }

    [Fact]
    public void AResumedStudyEqualsAnUninterruptedOne()
    {
        using TemporaryFolder folder = new();
        string[] line = [.. Tiny, "--runs", "2", "--threads", "2", "--out", folder["out"]];
        string whole = Results(Ran.Program(line));
        string journal = folder["out/" + StudyJournal<ReluTrainingSettings, ReluUnit>.FileName];
        string[] lines = File.ReadAllLines(journal);
        Assert.Equal(1 + (2 * 2), lines.Length);
        File.WriteAllText(journal, string.Join('\n', lines[..3]) + "\n" + lines[3][..20]);
        Assert.Equal(whole, Results(Ran.Program([.. line, "--resume"])));
        Assert.Equal(lines.Length, File.ReadAllLines(journal).Length);
        foreach (string name in (string[])["results.json", "runs.csv", "rules.csv", "zeros.csv", "accuracy.png", "accuracy.svg", "zeros.png", "distance.png",
            "report.html"])
            Assert.True(new FileInfo(folder["out/" + name]).Length > 0, name);
    }

    [Fact]
    public void RunsThatDivergeAreCountedAndEndNothing()
    {
        using TemporaryFolder folder = new();
        ReluRun[] runs = Runs([.. Tiny.Select(word => word == "0.1" ? "1e6" : word), "--precisions", "16", "--runs", "1", "--out", folder["out"]]);
        Assert.All(runs, run => Assert.Contains("The loss is", run.Diverged, StringComparison.Ordinal));
        Assert.Contains("0.1000", File.ReadAllText(folder["out/runs.csv"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--hidden", "relu-training", "--networks", "lenet5", "--hidden", "3")]
    [InlineData("'x'", "relu-training", "--s", "0,x")]
    [InlineData("'gru'", "relu-training", "--networks", "gru")]
    [InlineData("'both'", "relu-training", "--rules", "both")]
    [InlineData("'0'", "relu-training", "--epochs", "0")]
    [InlineData("--data", "relu-training", "--data", "a", "--data-set", "stand-in")]
    public void WrongCommandLinesAreRefused(string culprit, params string[] arguments)
    {
        Ran ran = Ran.Program(arguments);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
    }

    private static ReluRun[] Runs(string[] line)
    {
        Ran ran = Ran.Program(line);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return [.. ResultsJson.Read<ReluUnit[]>(json.RootElement.GetProperty("units").GetRawText()).SelectMany(unit => unit.Runs)];
    }

    private static string Results(Ran ran)
    {
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return $"{json.RootElement.GetProperty("rows")}{json.RootElement.GetProperty("zeros")}";
    }
}
