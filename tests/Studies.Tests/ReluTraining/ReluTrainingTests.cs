using System.Globalization;
using System.Text.Json;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.ReluTraining;
using ConservativeAD.Studies.Reports;
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
    [InlineData("mlp:48-32+bn", "16")]
    public void ForkedRunsHaveTheBitsOfRunsByThemselves(string network, string precision)
    {
        using TemporaryFolder folder = new();
        string[] line = network == "mlp" ? Tiny : WithoutHidden;
        string[] kind = ["--networks", network, "--precisions", precision, "--runs", network == "lenet5" ? "3" : "1"];
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

        if (network != "lenet5")
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
    public void RunsWithARateForEachSlopeAreThoseByThemselves()
    {
        using TemporaryFolder folder = new();
        string[] line = [.. WithoutHidden.Where(word => word is not "--learning-rate" and not "0.1"), "--networks", "mlp:24,lenet5", "--precisions", "16",
            "--runs", "1"];
        ReluUnit[] units = Units([.. line, "--s", "1,0,50", "--learning-rate", "published", "--out", folder["all"]]);
        Assert.Equal(["mlp:24", "lenet5"], units.Select(unit => unit.Network.Word));
        foreach ((string slope, string rate) in ((string, string)[])[("1", "0.01736"), ("0", "0.01526"), ("50", "0.00412")])
        {
            ReluUnit[] alone = Units([.. line, "--s", slope, "--learning-rate", rate, "--out", folder["one"]]);
            Assert.Equal(alone.SelectMany(unit => unit.Runs).Select(run => run.Parameters),
                units.SelectMany(unit => unit.Runs).Where(run => run.Slope == double.Parse(slope, CultureInfo.InvariantCulture)).Select(run => run.Parameters));
        }

        // Where rates differ, gradients do at once, and that says nothing of kinks.
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["all/results.json"]));
        Assert.All(json.RootElement.GetProperty("rows").EnumerateArray(), row =>
        {
            bool isFirst = row.GetProperty("slope").GetDouble() == 1;
            Assert.Equal(isFirst, row.GetProperty("differing").ValueKind == JsonValueKind.Number);
            Assert.Equal(isFirst, row.GetProperty("learningRate").GetDouble() == 0.01736);
        });
    }

    [Theory]
    [InlineData("mlp:48-32", 32)]
    [InlineData("lenet5", 16)]
    [InlineData("mlp:48-32+bn", 16)]
    public void AUnitThatIsStoppedAfterAnEpochGoesOnFromThere(string network, int precision)
    {
        using TemporaryFolder folder = new();
        (ImageSet train, ImageSet test) = (StandInDigits.Train(512, CancellationToken.None), StandInDigits.Test(64, CancellationToken.None));
        ReluTrainingSettings settings = Settings(network, precision);
        ReluUnit whole = Assert.Single(Run("whole", resume: false, until: 2));
        string checkpoint = folder[$"broken/{ReluTrainingStudy.CheckpointFolder}/{ReluTrainingStudy.FileOf(0)}"];
        Assert.Empty(Run("broken", resume: false, until: 0.4));
        Assert.True(File.Exists(checkpoint));
        byte[] first = File.ReadAllBytes(checkpoint);
        Assert.Empty(Run("broken", resume: true, until: 0.8));
        Assert.NotEqual(first, File.ReadAllBytes(checkpoint));
        ReluUnit continued = Assert.Single(Run("broken", resume: true, until: 2));
        Assert.Equal(ResultsJson.WriteLine(whole.Runs), ResultsJson.WriteLine(continued.Runs));
        Assert.False(Directory.Exists(folder["broken/" + ReluTrainingStudy.CheckpointFolder]));

        // Every cut and some changed bytes are refused with the file's name and the remedy; another study's checkpoint too.
        Directory.CreateDirectory(Path.GetDirectoryName(checkpoint)!);
        Random random = new(1);
        for (int trial = 0; trial < 60; trial++)
        {
            byte[] bytes = trial % 2 == 0 ? first[..random.Next(first.Length)] : [.. first];
            if (trial % 2 != 0)
                bytes[random.Next(bytes.Length)] ^= 1;
            File.WriteAllBytes(checkpoint, bytes);
            string message = Assert.Throws<InvalidDataException>(() => Run("broken", resume: true, until: 0.1)).Message;
            Assert.Contains(checkpoint, message, StringComparison.Ordinal);
            Assert.Contains("--resume", message, StringComparison.Ordinal);
        }

        File.WriteAllBytes(checkpoint, first);
        settings = settings with { Seed = 2 };
        Assert.Contains("seed is 1 there and 2 here", Assert.Throws<UsageException>(() => Run("broken", resume: true, until: 0.1)).Message,
            StringComparison.Ordinal);
        Assert.Single(Run("broken", resume: false, until: 2));

        List<ReluUnit> Run(string name, bool resume, double until)
        {
            List<ReluUnit> units = [];
            using CancellationTokenSource stop = new();
            double done = 0;
            ReluTrainingStudy study = new(settings, train, test, threads: 1, folder[name]);
            study.Prepare(resume);
            study.Run(new UnitWork<ReluUnit>([], units.Add, Add, new OwnUnits()), resume, stop.Token);
            if (!stop.IsCancellationRequested)
                study.RemoveCheckpoints([]);
            return units;

            void Add(double part)
            {
                done += part;
                if (done > until)
                    stop.Cancel();
            }
        }
    }

    private static ReluTrainingSettings Settings(string network, int precision) => new()
    {
        Networks = [StudiedNetwork.Of(network)!],
        Slopes = [0, 1],
        LearningRates = [0.1, 0.1],
        Rules = [ReluRule.Chain, ReluRule.Published],
        Precisions = [precision],
        Runs = 1,
        Epochs = 3,
        Batch = 64,
        Hits = 2,
        Samples = 512,
        Seed = 1,
        Classes = 10,
        Data = "digits",
        DataIsStandIn = true,
    };

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
    [InlineData("'mlp:'", "relu-training", "--networks", "mlp:")]
    [InlineData("'mlp:8-0'", "relu-training", "--networks", "mlp:8-0")]
    [InlineData("'mlp:8--8'", "relu-training", "--networks", "lenet5,mlp:8--8")]
    [InlineData("'mlp:99999999999'", "relu-training", "--networks", "mlp:99999999999")]
    [InlineData("'mlp:08'", "relu-training", "--networks", "mlp:08")]
    [InlineData("'lenet5+bn'", "relu-training", "--networks", "lenet5+bn")]
    [InlineData("'vgg11:8'", "relu-training", "--networks", "vgg11:8")]
    [InlineData("--batch-norm", "relu-training", "--networks", "mlp,lenet5", "--batch-norm")]
    [InlineData("--hidden", "relu-training", "--networks", "mlp:8", "--hidden", "3")]
    [InlineData("one for each of the 3 slopes of --s; 2 are given", "relu-training", "--learning-rate", "0.1,0.2")]
    [InlineData("0.5 has no published rate", "relu-training", "--learning-rate", "published")]
    [InlineData("'publish'", "relu-training", "--learning-rate", "publish")]
    [InlineData("mini-batches of two images", "relu-training", "--networks", "mlp+bn", "--samples", "65", "--batch", "64", "--data-set", "stand-in")]
    [InlineData("steps", "relu-training", "--epochs", "100000", "--samples", "60000", "--batch", "1", "--data-set", "stand-in")]
    [InlineData("'both'", "relu-training", "--rules", "both")]
    [InlineData("'0'", "relu-training", "--epochs", "0")]
    [InlineData("--data", "relu-training", "--data", "a", "--data-set", "stand-in")]
    public void WrongCommandLinesAreRefused(string culprit, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. arguments, "--out", folder["out"]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
    }

    private static string[] WithoutHidden { get; } = [.. Tiny.Where(word => word is not "--hidden" and not "64,48")];

    private static ReluRun[] Runs(string[] line) => [.. Units(line).SelectMany(unit => unit.Runs)];

    private static ReluUnit[] Units(string[] line)
    {
        Ran ran = Ran.Program(line);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return ResultsJson.Read<ReluUnit[]>(json.RootElement.GetProperty("units").GetRawText());
    }

    private static string Results(Ran ran)
    {
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return $"{json.RootElement.GetProperty("rows")}{json.RootElement.GetProperty("zeros")}";
    }
}
