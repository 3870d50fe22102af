using System.Numerics;
using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;

namespace ConservativeAD.Studies.Tests.Volume;

/// <summary><c>volume</c> for any network and kink.</summary>
public class KinkVolumeTests
{
    public static TheoryData<string> Kinks => [.. KinkChoice.OfLayers.Select(name => name.ToString())];

    [Theory]
    [MemberData(nameof(Kinks))]
    public void LookingForKinksFirstFindsWhatReversePassesOnEveryBatchFind(string name)
    {
        KinkName kink = Enum.Parse<KinkName>(name);
        ImageSet images = StandInDigits.Train(200, TestContext.Current.CancellationToken);
        // Few features in 16 bit make exact zeros and ties frequent.
        KinkVolumeSettings settings = Settings(images, kink) with { Network = kink == KinkName.MaxPool ? NetworkName.Lenet5 : NetworkName.Mlp };
        int hits = 0;
        for (int network = 0; network < 6; network++)
        {
            KinkOutcome fast = Test<Half>(settings, images, network, false), brute = Test<Half>(settings, images, network, true);
            Assert.Equal(Text(brute), Text(fast));
            hits += fast.FirstHit is null ? 0 : 1;
            if (fast.FirstHit is not null)
                Assert.Contains(fast.Layers, layer => layer.AtKink > 0);
        }

        if (kink is KinkName.Max or KinkName.Sort or KinkName.MaxPool)
            Assert.True(hits > 0);
    }

    [Fact]
    public void TheReluOfAPerceptronIsThatOfTheFastProgram()
    {
        // A layer of relus at 0: the bias is the only summand, and 0.
        ImageSet black = new("black", true, 1, 4, 10, new byte[16 * 8], [0, 1, 2, 3, 4, 5, 6, 7]);
        KinkVolumeSettings settings = Settings(black, KinkName.Relu) with { Samples = 8, Batch = 8, After = [1], Side = 4 };
        KinkOutcome none = Test<float>(settings, black, 0, false);
        Assert.Null(none.FirstHit);
        Assert.All(none.Layers, layer => Assert.Equal((8 * 16, 0), (layer.Evaluations, layer.AtKink)));
    }

    [Fact]
    public void DifferencesAreThoseOfTheGradients()
    {
        ImageSet images = StandInDigits.Train(64, TestContext.Current.CancellationToken);
        KinkVolumeSettings settings = Settings(images, KinkName.MaxPool) with { Network = NetworkName.Lenet5, Batch = 64, After = [1] };
        KinkOutcome outcome = Test<Half>(settings, images, 1, false);
        Assert.Equal(1, outcome.FirstHit);
        GradientDifference difference = outcome.Difference!;
        Assert.InRange(difference.Largest, 0, difference.L1);
        Assert.InRange(difference.Relative, 1e-6, 1);
        Assert.Equal(2, outcome.Layers.Count);
        Assert.Equal((64 * 6 * 14 * 14, 64 * 16 * 5 * 5), (outcome.Layers[0].Evaluations, outcome.Layers[1].Evaluations));
    }

    [Theory]
    [InlineData(nameof(KinkName.Abs))]
    [InlineData(nameof(KinkName.Max))]
    [InlineData(nameof(KinkName.Sort))]
    [InlineData(nameof(KinkName.Norm))]
    public void ActivationsByPairsAreWhatTheyAreCalled(string kink)
    {
        KinkName name = Enum.Parse<KinkName>(kink);
        using Tape<double> tape = new(Device.Default);
        Var<double> x = tape.Constant([1, 4], [3, -1, -2, 5]);
        double[] expected = name switch
        {
            KinkName.Abs => [3, 1, 2, 5],
            KinkName.Max => [3, 5, -2, -1],
            KinkName.Sort => [-2, -1, 3, 5],
            _ => [Math.Sqrt(13), Math.Sqrt(26), Math.Sqrt(13), Math.Sqrt(26)],
        };
        Assert.Equal(expected, KinkChoice.Of(name).Apply(x).ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Throws<UsageException>(() => KinkChoice.Of(KinkName.Max).Apply(tape.Constant([1, 3], [1, 2, 3])));
    }

    [Fact]
    public void AResumedStudyEqualsAnUninterruptedOne()
    {
        using TemporaryFolder folder = new();
        string[] tiny = ["volume", "--kink", "sort", "--depths", "2", "--widths", "16", "--batch", "32", "--after", "1,3", "--networks", "5", "--precisions",
            "16,32", "--samples", "96", "--json", "--data", "", "--out", folder["out"]];
        string whole = Results(Ran.Program(tiny));
        string journal = folder["out/" + VolumeJournal.FileName];
        string[] lines = File.ReadAllLines(journal);
        Assert.Equal(11, lines.Length);
        File.WriteAllText(journal, string.Join('\n', lines[..4]) + "\n" + lines[4][..20]);
        Assert.Equal(whole, Results(Ran.Program([.. tiny, "--resume", "--threads", "1"])));
        foreach (string name in (string[])["results.json", "volume.csv", "layers.csv", "volume.png", "volume.svg", "layers.svg", "report.html"])
            Assert.True(new FileInfo(folder["out/" + name]).Length > 0, name);
        Ran other = Ran.Program(["volume", "--depths", "1", "--widths", "16", "--networks", "1", "--samples", "96", "--data", "", "--out", folder["out"],
            "--resume"]);
        Assert.Equal(ExitCode.Usage, other.ExitCode);
        Assert.Contains("other settings", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyNumberOfMiniBatchesIsSeenOneByOne()
    {
        // More images in all than an array holds.
        ImageSet images = StandInDigits.Train(8, TestContext.Current.CancellationToken);
        KinkVolumeSettings settings = Settings(images, KinkName.Relu) with { Batch = 8, After = [int.MaxValue] };
        using CancellationTokenSource stop = new();
        int seen = 0;
        using Device device = Device.Cpu(1);
        using KinkZoneTest<float> test = new(settings, images, device);
        Assert.ThrowsAny<OperationCanceledException>(() => test.Test(0, false, () =>
        {
            if (++seen == 3)
                stop.Cancel();
        }, stop.Token));
        Assert.Equal(3, seen);
    }

    [Theory]
    [InlineData("--depths", "volume", "--network", "vgg11", "--depths", "3")]
    [InlineData("--widths", "volume", "--kink", "abs", "--widths", "16,32")]
    [InlineData("--after", "volume", "--after", "3")]
    [InlineData("--device", "volume", "--kink", "abs", "--device", "simulated")]
    [InlineData("--kink max-pool", "volume", "--kink", "max-pool")]
    [InlineData("'sigmoid'", "volume", "--kink", "sigmoid")]
    [InlineData("65 images was asked for, and there are 64", "volume", "--kink", "abs", "--batch", "65", "--samples", "64", "--data", "", "--out", "~")]
    [InlineData("--batch-norm", "volume", "--network", "lenet5", "--batch-norm")]
    [InlineData("which is odd", "volume", "--kink", "sort", "--widths", "15", "--networks", "1",
        "--batch", "64", "--samples", "64", "--data", "", "--out", "~")]
    public void WrongCommandLinesAreRefused(string culprit, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. arguments.Select(word => word == "~" ? folder["out"] : word)]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
    }

    private static KinkVolumeSettings Settings(ImageSet images, KinkName kink) => new()
    {
        Network = NetworkName.Mlp,
        Kink = kink,
        Depth = 3,
        Width = 16,
        Batch = 50,
        After = [1, 3],
        Precisions = [16, 32, 64],
        Networks = 10,
        Samples = images.Count,
        Seed = 2,
        Channels = images.Channels,
        Side = images.Side,
        Classes = images.Classes,
        Data = images.Name,
        DataIsStandIn = images.IsStandIn,
    };

    private static KinkOutcome Test<T>(KinkVolumeSettings settings, ImageSet images, int network, bool everyBatch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Device device = Device.Cpu(1);
        using KinkZoneTest<T> test = new(settings, images, device);
        return test.Test(network, everyBatch, null, TestContext.Current.CancellationToken);
    }

    private static string Text(KinkOutcome outcome) => JsonSerializer.Serialize(outcome with { Seconds = 0 });

    private static string Results(Ran ran)
    {
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return $"{json.RootElement.GetProperty("rows")}{json.RootElement.GetProperty("layers")}{json.RootElement.GetProperty("differences")}";
    }
}
