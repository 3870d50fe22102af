using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Tests.Training;

public class TrainTests
{
    private static readonly string[] Tiny =
        ["train", "mlp", "--hidden", "12,12", "--samples", "128", "--batch", "16", "--epochs", "3", "--json", "--data", ""];

    private static readonly string[] Precisions = ["16", "32", "64"];

    /// <summary>Every optimiser, in one precision after another.</summary>
    public static TheoryData<string, string> OptimizersAndPrecisions =>
        [.. Enum.GetNames<OptimizerName>().Select((name, i) => (name.ToLowerInvariant(), Precisions[i % Precisions.Length]))];

    public static TheoryData<string> Optimizers => [.. Enum.GetNames<OptimizerName>().Select(name => name.ToLowerInvariant())];

    [Theory]
    [MemberData(nameof(OptimizersAndPrecisions))]
    public void TheSameSettingsGiveTheSameBitsWhateverTheThreads(string optimizer, string precision)
    {
        using TemporaryFolder folder = new();
        string[] more = ["--optimizer", optimizer, "--precision", precision, "--learning-rate", "1e-3", "--weight-decay", "1e-4"];
        Assert.Equal(Epochs(folder, "one", [.. more, "--threads", "1"]), Epochs(folder, "two", [.. more, "--threads", "2"]));
        Assert.Equal(Tensors(folder, "one"), Tensors(folder, "two"));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void AResumedRunEqualsAnUninterruptedOne(string optimizer)
    {
        using TemporaryFolder folder = new();
        string whole = Epochs(folder, "whole", "--optimizer", optimizer);
        string path = Directory.CreateDirectory(folder["cut"]).FullName;
        TrainSettings settings = Settings(folder, "whole");
        (ImageSet train, ImageSet test) = ImageSource.Load("", settings.Samples, cancellation: TestContext.Current.CancellationToken);
        using CancellationTokenSource stop = new();
        using (TrainStudy<float> study = new(settings, train, test, Device.Cpu(1)))
        {
            // The run is stopped in the middle of the second epoch, which is lost.
            Assert.Throws<OperationCanceledException>(() => study.Run(
                path,
                false,
                _ => { },
                step =>
                {
                    if (step is { Epoch: 2, Step: 3 })
                        stop.Cancel();
                },
                stop.Token));
        }

        Assert.Equal(whole, Epochs(folder, "cut", "--optimizer", optimizer, "--resume"));
        Assert.Equal(Tensors(folder, "whole"), Tensors(folder, "cut"));
    }

    [Fact]
    public void AnotherSeedGivesAnotherRun()
    {
        using TemporaryFolder folder = new();
        Assert.NotEqual(Epochs(folder, "one", "--seed", "1"), Epochs(folder, "two", "--seed", "2"));
    }

    [Fact]
    public void ResumingWithOtherSettingsIsRefused()
    {
        using TemporaryFolder folder = new();
        Epochs(folder, "out");
        Ran ran = Ran.Program([.. Tiny, "--out", folder["out"], "--resume", "--batch", "32"]);
        Assert.NotEqual(ExitCode.Success, ran.ExitCode);
        ran = Ran.Program([.. Tiny, "--out", folder["out"], "--resume", "--seed", "9"]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("other settings: seed is 1 there and 9 here", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AChangedCheckpointIsRefused()
    {
        using TemporaryFolder folder = new();
        Epochs(folder, "out");
        string path = folder["out/" + Checkpoint.FileName];
        byte[] whole = File.ReadAllBytes(path);
        int header = 8 + (int)BitConverter.ToUInt64(whole);
        foreach (int place in (int[])[header, header + 1000, whole.Length - 1])
        {
            byte[] changed = [.. whole];
            changed[place] ^= 1;
            File.WriteAllBytes(path, changed);
            Ran ran = Ran.Program([.. Tiny, "--out", folder["out"], "--resume"]);
            Assert.Equal(ExitCode.Failure, ran.ExitCode);
            Assert.Contains("checksum", ran.Error, StringComparison.Ordinal);
            Assert.Contains("--resume", ran.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ATruncatedCheckpointIsNamed()
    {
        using TemporaryFolder folder = new();
        Epochs(folder, "out");
        string path = folder["out/" + Checkpoint.FileName];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        Ran ran = Ran.Program([.. Tiny, "--out", folder["out"], "--resume"]);
        Assert.Equal(ExitCode.Failure, ran.ExitCode);
        Assert.Contains(Checkpoint.FileName, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ALossThatIsNotANumberStopsTheRunAndNamesTheStep()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. Tiny, "--optimizer", "sgd", "--learning-rate", "1e6", "--precision", "16", "--out", folder["out"]]);
        Assert.Equal(ExitCode.Failure, ran.ExitCode);
        Assert.Contains("epoch 1, step", ran.Error, StringComparison.Ordinal);
        Assert.Contains("--learning-rate", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void JsonHasTheAgreedShape()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program([.. Tiny, "--out", folder["out"], "--rule", "published", "--relu-at-zero", "1"]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        Assert.Equal("published", json.RootElement.GetProperty("settings").GetProperty("rule").GetString());
        JsonElement[] epochs = [.. json.RootElement.GetProperty("epochs").EnumerateArray()];
        Assert.Equal(3, epochs.Length);
        foreach (string name in (string[])["epoch", "trainLoss", "trainAccuracy", "testLoss", "testAccuracy", "seconds", "exactZeros"])
            Assert.True(epochs[2].TryGetProperty(name, out _), name);
        foreach (string file in (string[])["loss.png", "accuracy.png", "report.html", "results.json", Checkpoint.FileName])
            Assert.True(new FileInfo(folder["out/" + file]).Length > 0, file);
    }

    // The epochs as text, without the time they took.
    private static string Epochs(TemporaryFolder folder, string name, params string[] more)
    {
        Ran ran = Ran.Program([.. Tiny, "--out", folder[name], .. more]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return string.Join('\n', json.RootElement.GetProperty("epochs").EnumerateArray().Select(epoch => string.Join(
            ' ', epoch.EnumerateObject().Where(property => property.Name != "seconds").Select(property => property.ToString()))));
    }

    private static TrainSettings Settings(TemporaryFolder folder, string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder[name + "/results.json"]));
        return ConservativeAD.Studies.Reports.ResultsJson.Read<TrainSettings>(json.RootElement.GetProperty("settings").GetRawText());
    }

    // The content of the checkpoint after its header, which includes the duration of epochs.
    private static byte[] Tensors(TemporaryFolder folder, string name)
    {
        byte[] file = File.ReadAllBytes(folder[$"{name}/{Checkpoint.FileName}"]);
        return file[(8 + (int)BitConverter.ToUInt64(file))..];
    }
}
