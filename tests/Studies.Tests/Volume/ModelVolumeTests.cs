using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;

namespace ConservativeAD.Studies.Tests.Volume;

/// <summary><c>volume --model</c>.</summary>
public sealed class ModelVolumeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(nameof(KinkName.Relu))]
    [InlineData(nameof(KinkName.MaxPool))]
    [InlineData(nameof(KinkName.Any))]
    public void LookingForKinksFirstFindsWhatReversePassesOnEveryBatchFind(string kink)
    {
        ImageSet images = StandInDigits.Train(200, TestContext.Current.CancellationToken);
        (KinkVolumeSettings settings, ModelSource source, ModelImages input) = Study(Pooled(20), images, Enum.Parse<KinkName>(kink));
        int hits = 0;
        for (int batch = 0; batch < settings.Networks; batch++)
        {
            using Device device = Device.Cpu(1);
            using KinkZoneTest<Half> test = new(settings, images, device, (source, input));
            KinkOutcome fast = test.Test(batch, false, null, TestContext.Current.CancellationToken);
            Assert.Equal(Text(test.Test(batch, true, null, TestContext.Current.CancellationToken)), Text(fast));
            hits += fast.FirstHit ?? 0;
        }

        Assert.Equal(10, settings.Networks);
        if (kink != nameof(KinkName.Relu))
            Assert.True(hits > 0);
    }

    [Fact]
    public void AFileOfANetworkOfTheProgramIsHitWhereTheNetworkIs()
    {
        ImageSet images = StandInDigits.Train(200, TestContext.Current.CancellationToken);
        KinkVolumeSettings own = Settings(images, KinkName.MaxPool) with { Network = NetworkName.Lenet5, Batch = 20, After = [1, 10], Networks = 1 };
        using Device device = Device.Cpu(1);
        using KinkZoneTest<float> ofNetwork = new(own, images, device);
        KinkOutcome expected = ofNetwork.Test(0, false, null, TestContext.Current.CancellationToken);
        OnnxModel model = OnnxExport.Of(own.Make<float>(device, 0, () => new Relu<float>()), [20, 1, 28, 28]);
        (KinkVolumeSettings settings, ModelSource source, ModelImages input) = Study(model, images, KinkName.MaxPool);
        using KinkZoneTest<float> ofFile = new(settings, images, device, (source, input));
        KinkOutcome[] found = [.. Enumerable.Range(0, 10).Select(batch => ofFile.Test(batch, false, null, TestContext.Current.CancellationToken))];
        int first = Array.FindIndex(found, outcome => outcome.FirstHit is not null);
        Assert.Equal(expected.FirstHit, first < 0 ? null : first + 1);
        Assert.Equal(expected.Difference, first < 0 ? null : found[first].Difference);
        Assert.Equal(expected.Layers.Select(layer => layer.Evaluations), Sums(layer => layer.Evaluations));
        Assert.Equal(expected.Layers.Select(layer => layer.AtKink), Sums(layer => layer.AtKink));
        Assert.Equal(["MaxPool", "MaxPool"], settings.Model!.Layers.Select(layer => layer.Operator));

        IEnumerable<long> Sums(Func<LayerKinks, long> part) => Enumerable.Range(0, 2).Select(layer => found.Sum(outcome => part(outcome.Layers[layer])));
    }

    [Fact]
    public void MiniBatchesAreCountedWithTheWeightsOfTheFile()
    {
        Pooled(20).Write(folder["model.onnx"]);
        JsonElement results = Run("--kink", "max-pool", "--precisions", "16,32", "--samples", "110");
        JsonElement[] rows = [.. results.GetProperty("rows").EnumerateArray()];
        Assert.Equal([5, 5], rows.Select(row => row.GetProperty("networks").GetInt32()));
        Assert.Equal(["MaxPool", "MaxPool"], results.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("operator").GetString()));
        Assert.All(results.GetProperty("layers").EnumerateArray(), layer => Assert.Equal(5 * 20 * 4 * 12 * 12, layer.GetProperty("evaluations").GetInt64()));
        JsonElement model = results.GetProperty("settings").GetProperty("model");
        Assert.Equal(("cross-entropy", false), (model.GetProperty("loss").GetString(), model.GetProperty("isDrawn").GetBoolean()));
        Assert.False(results.GetProperty("settings").TryGetProperty("network", out _));
        foreach (string name in (string[])["results.json", "volume.csv", "layers.csv", "volume.png", "volume.svg", "layers.svg", "report.html"])
            Assert.True(new FileInfo(folder["out/" + name]).Length > 0, name);
        Assert.Contains("mini-batches", File.ReadAllText(folder["out/report.html"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--weights", "drawn", "--networks", "3", "--after", "1,2")]
    [InlineData("--loss", "squares")]
    public void AResumedStudyEqualsAnUninterruptedOne(params string[] options)
    {
        Pooled(10).Write(folder["model.onnx"]);
        string[] line = [.. options, "--kink", "any", "--precisions", "16,32", "--samples", "30"];
        string whole = Tables(Run(line));
        string journal = folder["out/" + VolumeJournal.FileName];
        string[] lines = File.ReadAllLines(journal);
        Assert.Equal(7, lines.Length);
        File.WriteAllText(journal, string.Join('\n', lines[..3]) + "\n" + lines[3][..20]);
        Assert.Equal(whole, Tables(Run([.. line, "--resume", "--threads", "1"])));
        Pooled(10, 2).Write(folder["model.onnx"]);
        Ran other = Ran.Program(Line([.. line, "--resume"]));
        Assert.Equal(ExitCode.Usage, other.ExitCode);
        Assert.Contains("other settings", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.MaxValue)]
    public void WeightsThatAreNoNumbersOrOverflowAreStudiedAsTheyAre(float weight)
    {
        Initializer start = new(Device.Default, 1);
        Sequential<float> network = new(new Flatten<float>(), new Linear<float>("first", 784, 8, start), new Relu<float>(),
            new Linear<float>("head", 8, 10, start));
        network.Parameters.First().Value.CopyFrom([.. Enumerable.Repeat(weight, 784 * 8)]);
        OnnxExport.Of(network, [10, 1, 28, 28]).Write(folder["model.onnx"]);
        Assert.Equal(3, Run("--kink", "any", "--samples", "30").GetProperty("rows").GetArrayLength());
        Ran census = Ran.Program(["census", folder["model.onnx"], "--samples", "20", "--data", "", "--out", folder["census"]]);
        Assert.True(census.ExitCode == ExitCode.Success, census.Error);
    }

    [Fact]
    public void NetworksWithDrawnWeightsDifferFromEachOtherAndFromTheFile()
    {
        Pooled(10).Write(folder["model.onnx"]);
        JsonElement results = Run("--weights", "drawn", "--networks", "4", "--after", "1,3", "--kink", "max-pool", "--precisions", "16", "--samples", "30");
        Assert.Equal([1, 3], results.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("after").GetInt32()));
        Assert.All(results.GetProperty("rows").EnumerateArray(), row => Assert.Equal(4, row.GetProperty("networks").GetInt32()));
        string[] units = [.. File.ReadAllLines(folder["out/" + VolumeJournal.FileName]).Skip(1).Select(line =>
            JsonDocument.Parse(line).RootElement.GetProperty("difference").GetRawText())];
        Assert.Equal(4, units.Distinct().Count());
    }

    [Theory]
    [InlineData("none.onnx does not exist", "none.onnx")]
    [InlineData("--network", "model.onnx", "--network", "vgg11")]
    [InlineData("--depths", "model.onnx", "--depths", "3")]
    [InlineData("--batch-norm", "model.onnx", "--batch-norm")]
    [InlineData("--networks", "model.onnx", "--networks", "3")]
    [InlineData("--after", "model.onnx", "--after", "3")]
    [InlineData("--batch", "model.onnx", "--batch", "10,20")]
    [InlineData("takes batches of 10", "model.onnx", "--batch", "20", "--samples", "40", "--data", "")]
    [InlineData("no operation that reads", "model.onnx", "--kink", "sort", "--samples", "40", "--data", "")]
    [InlineData("more --samples", "model.onnx", "--samples", "5", "--data", "")]
    [InlineData("--loss squares", "features.onnx", "--samples", "40", "--data", "")]
    [InlineData("no operation with a kink", "affine.onnx", "--samples", "40", "--data", "")]
    [InlineData("no weights", "free.onnx", "--samples", "40", "--data", "", "--weights", "drawn")]
    [InlineData("takes images of 2 channels", "two.onnx", "--samples", "40", "--data-set", "cifar-10", "--data", "~")]
    [InlineData("takes 5 numbers", "five.onnx", "--samples", "40", "--data", "")]
    public void WrongRequestsAreRefusedBeforeAnyWork(string culprit, string file, params string[] options)
    {
        Initializer start = new(Device.Default, 1);
        Pooled(10).Write(folder["model.onnx"]);
        OnnxExport.Of(new Sequential<float>(new Conv2d<float>("c", 1, 4, 3, start), new Relu<float>()), [10, 1, 28, 28]).Write(folder["features.onnx"]);
        OnnxExport.Of(new Sequential<float>(new Flatten<float>(), new Linear<float>("l", 784, 10, start)), [10, 1, 28, 28]).Write(folder["affine.onnx"]);
        OnnxExport.Of(new Sequential<float>(new Linear<float>("l", 5, 10, start), new Relu<float>()), [10, 5]).Write(folder["five.onnx"]);
        OnnxExport.Of(new Sequential<float>(new Conv2d<float>("c", 2, 4, 3, start), new Relu<float>(), new Flatten<float>()), [10, 2, 28, 28])
            .Write(folder["two.onnx"]);
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([10, 784], new float[7840]);
        OnnxExport.Of([("x", x)], [("y", x.Relu())]).Write(folder["free.onnx"]);
        if (file == "two.onnx")
        {
            string cifar = Directory.CreateDirectory(folder["cifar-10"]).FullName;
            foreach (string name in (string[])["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"])
                File.WriteAllBytes(Path.Combine(cifar, name + ".bin"), new byte[3073 * 10]);
        }

        Ran ran = Ran.Program(["volume", "--model", folder[file], .. options.Select(word => word == "~" ? folder.Path : word), "--out", folder["out"]]);
        Assert.True(ran.ExitCode == ExitCode.Usage, ran.Error);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out/" + VolumeJournal.FileName]));
    }

    [Fact]
    public void KinksOfModelsNeedAModel()
    {
        Ran ran = Ran.Program("volume", "--kink", "any");
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("--kink any goes with --model", ran.Error, StringComparison.Ordinal);
    }

    // A convolution without bias, so that windows on black are tied, behind it relus and pooling.
    private static OnnxModel Pooled(int batch, ulong seed = 1)
    {
        Initializer start = new(Device.Default, seed);
        return OnnxExport.Of(new Sequential<float>(new Conv2d<float>("first", 1, 4, 5, start, bias: false), new Relu<float>(), new MaxPool2d<float>(2),
            new Flatten<float>(), new Linear<float>("head", 4 * 12 * 12, 10, start)), [batch, 1, 28, 28]);
    }

    private static (KinkVolumeSettings Settings, ModelSource Source, ModelImages Images) Study(OnnxModel model, ImageSet images, KinkName kink)
    {
        ModelImages input = ModelImages.For(model, images);
        ModelSource source = ModelSource.Of(new StudiedModel(model, ""), input, LossName.CrossEntropy, false, 1, false);
        KinkVolumeSettings settings = Settings(images, kink) with
        {
            Network = null,
            Batch = input.BatchSize,
            After = [1],
            Networks = images.Count / input.BatchSize,
            Model = new VolumeModel("model.onnx", "", model.Opset, false, LossName.CrossEntropy, input.Shape, ComputeDevice.Cpu,
                VolumeModel.LayersOf(model, source, KinkChoice.Of(kink)), []),
        };
        return (settings, source, input);
    }

    private static KinkVolumeSettings Settings(ImageSet images, KinkName kink) => new()
    {
        Network = NetworkName.Mlp,
        Kink = kink,
        Batch = 20,
        After = [1],
        Precisions = [16, 32],
        Networks = 1,
        Samples = images.Count,
        Seed = 2,
        Channels = images.Channels,
        Side = images.Side,
        Classes = images.Classes,
        Data = images.Name,
        DataIsStandIn = images.IsStandIn,
    };

    private static string Text(KinkOutcome outcome) => JsonSerializer.Serialize(outcome with { Seconds = 0 });

    private static string Tables(JsonElement results) =>
        $"{results.GetProperty("rows")}{results.GetProperty("layers")}{results.GetProperty("differences")}";

    private string[] Line(string[] options) => ["volume", "--model", folder["model.onnx"], .. options, "--json", "--data", "", "--out", folder["out"]];

    private JsonElement Run(params string[] options)
    {
        Ran ran = Ran.Program(Line(options));
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        return JsonDocument.Parse(ran.Output).RootElement;
    }
}
