using System.Text.Json;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Studies.Volume;

namespace ConservativeAD.Studies.Tests.Volume;

public class VolumeTests
{
    private static readonly string[] Tiny =
        ["volume", "--depths", "1,2", "--widths", "16", "--batch", "32", "--precisions", "16,32", "--networks", "20", "--samples", "96", "--json", "--data",
            ""];

    [Fact]
    public void RowsDoNotDependOnTheNumberOfThreads()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(Rows(folder, "one", "--threads", "1"), Rows(folder, "two", "--threads", "2"));
    }

    [Fact]
    public void AResumedStudyEqualsAnUninterruptedOne()
    {
        using TemporaryFolder folder = new();
        string uninterrupted = Rows(folder, "whole");
        Rows(folder, "resumed");
        // The file as left by a killed process: some finished units, and one incomplete line.
        string journal = folder["resumed/" + VolumeJournal.FileName];
        string[] lines = File.ReadAllLines(journal);
        File.WriteAllText(journal, string.Join('\n', lines[..5]) + "\n" + lines[5][..20]);
        Assert.Equal(uninterrupted, Rows(folder, "resumed", "--resume"));
        Assert.Equal(lines.Length, File.ReadAllLines(journal).Length);
    }

    [Fact]
    public void ResumingWithOtherSettingsIsRefused()
    {
        using TemporaryFolder folder = new();
        Rows(folder, "out");
        Ran ran = Ran.Program([.. Tiny, "--out", folder["out"], "--resume", "--seed", "7"]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("other settings: seed is 1 there and 7 here", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CancellingKeepsFinishedUnits()
    {
        using TemporaryFolder folder = new();
        ImageSet images = StandIn(64);
        VolumeSettings settings = Settings(images, Precision.Single) with { Networks = 4 * FinishedBlock.Networks };
        using CancellationTokenSource stop = new();
        List<FinishedBlock> finished = [];
        new VolumeStudy(settings, images, new ComputeDevice(ComputeDevice.Cpu, 1)).Run(
            [],
            block =>
            {
                finished.Add(block);
                if (finished.Count == 2)
                    stop.Cancel();
            },
            stop.Token);
        Assert.Equal(2, finished.Count);
        VolumeRow row = Assert.Single(VolumeSummary.Of(settings, ConservativeAD.Studies.Reports.MachineFacts.Current, finished).Rows);
        Assert.Equal(2 * FinishedBlock.Networks, row.Networks);
        Assert.False(row.Complete);
    }

    [Fact]
    public void ACancelledCommandWritesWhatItHas()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        string journal = folder["out/" + VolumeJournal.FileName];
        Thread watch = new(() =>
        {
            while (!stop.IsCancellationRequested && !(File.Exists(journal) && File.ReadLines(journal).Count() > 2))
                Thread.Sleep(5);
            stop.Cancel();
        });
        watch.Start();
        Ran ran = Ran.Program(stop.Token, [.. Tiny.Select(word => word == "20" ? "100000" : word), "--threads", "1", "--out", folder["out"]]);
        stop.Cancel();
        watch.Join();
        Assert.Equal(ExitCode.Cancelled, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/results.json"]));
        Assert.False(json.RootElement.GetProperty("complete").GetBoolean());
        int networks = json.RootElement.GetProperty("rows").EnumerateArray().Sum(row => row.GetProperty("networks").GetInt32());
        Assert.Equal(FinishedBlock.Networks * (File.ReadLines(journal).Count() - 1), networks);
        Assert.True(networks > 0);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void LookingForExactZerosFirstFindsWhatTwoReversePassesOnEveryBatchFind(int precision)
    {
        ImageSet images = StandIn(1000);
        VolumeSettings settings = Settings(images, (Precision)precision) with { Networks = 24, Widths = [128], Depths = [6], Batches = [100] };
        NetworkOutcome fast = Outcome(settings, images, BifurcationProcedure.ExactZerosFirst);
        NetworkOutcome brute = Outcome(settings, images, BifurcationProcedure.EveryBatch);
        Assert.Equal(brute, fast);
        if (precision == 16)
            Assert.InRange(fast.Hits, 1, settings.Networks);
    }

    [Fact]
    public void JsonHasTheAgreedShape()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. Tiny, "--out", folder["out"]]);
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        Assert.Equal(ran.Output.Trim(), File.ReadAllText(folder["out/results.json"]).Trim());
        Assert.True(json.RootElement.GetProperty("settings").GetProperty("dataIsStandIn").GetBoolean());
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Equal(4, rows.Length);
        foreach (JsonElement row in rows)
        {
            foreach (string name in (string[])["precision", "depth", "width", "batch", "networks", "hits", "proportion", "low", "high", "evaluations", "lambda",
                "firstLayerHits", "exactZeros", "seconds"])
                Assert.True(row.TryGetProperty(name, out _), name);
            Assert.Equal(20, row.GetProperty("networks").GetInt32());
            Assert.InRange(row.GetProperty("firstLayerHits").GetInt32(), 0, row.GetProperty("hits").GetInt32());
        }

        Assert.Equal(2, json.RootElement.GetProperty("law").GetArrayLength());
        foreach (string file in (string[])["volume.csv", "volume.png", "volume.svg", "report.html"])
            Assert.True(new FileInfo(folder["out/" + file]).Length > 0, file);
        Assert.Contains("stand-in", File.ReadAllText(folder["out/report.html"]), StringComparison.Ordinal);
        Assert.Contains("stand-in", ran.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder["out"], "*.tmp"));
    }

    [Fact]
    public void ADrawDependsOnSeedAndNetwork()
    {
        using ConservativeAD.Kernels.Device device = ConservativeAD.Kernels.Device.Cpu(1);
        RandomPerceptron<float> network = new(device, 9, 3, 1, 4);
        float[] Draw(ulong seed, int index)
        {
            network.Draw(seed, index);
            return network.Parameters[0].Value.ToArray();
        }

        float[] first = Draw(1, 0);
        Assert.NotEqual(first, Draw(1, 1));
        Assert.NotEqual(first, Draw(2, 0));
        Assert.Equal(first, Draw(1, 0));
    }

    [Fact]
    public void ANetworkHasTheSameDrawsInEveryPrecision()
    {
        using ConservativeAD.Kernels.Device device = ConservativeAD.Kernels.Device.Cpu(1);
        RandomPerceptron<double> wide = new(device, 9, 3, 1, 4);
        RandomPerceptron<Half> narrow = new(device, 9, 3, 1, 4);
        wide.Draw(5, 2);
        narrow.Draw(5, 2);
        for (int p = 0; p < wide.Parameters.Count; p++)
        {
            double[] draws = wide.Parameters[p].Value.ToArray();
            Assert.All(draws, draw => Assert.InRange(Math.Abs(draw), 0, 0.5));
            Assert.Equal(draws.Select(draw => (Half)draw), narrow.Parameters[p].Value.ToArray());
        }
    }

    private static NetworkOutcome Outcome(VolumeSettings settings, ImageSet images, BifurcationProcedure procedure)
    {
        NetworkOutcome sum = default;
        new VolumeStudy(settings, images, new ComputeDevice(ComputeDevice.Cpu, 1)) { Procedure = procedure }.Run([], block => sum += block.Outcome,
            CancellationToken.None);
        return sum;
    }

    private static VolumeSettings Settings(ImageSet images, Precision precision) => new()
    {
        Depths = [1],
        Widths = [16],
        Batches = [32],
        Precisions = [(int)precision],
        Networks = 8,
        Samples = images.Count,
        Seed = 3,
        Data = images.Name,
        DataIsStandIn = images.IsStandIn,
    };

    // The rows as text, without the time they took.
    private static string Rows(TemporaryFolder folder, string name, params string[] more)
    {
        Ran ran = Ran.Program([.. Tiny, "--out", folder[name], .. more]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return string.Join('\n', json.RootElement.GetProperty("rows").EnumerateArray().Select(row => string.Join(
            ' ', row.EnumerateObject().Where(property => property.Name != "seconds").Select(property => property.ToString()))));
    }

    private static ImageSet StandIn(int count) => ImageSource.Load("", count).Train;
}
