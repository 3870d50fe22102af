using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Census;

/// <summary><c>census</c>: kinks of models of ONNX, node by node.</summary>
public sealed class CensusTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("census").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void ABlackImagePutsANetworkWithoutBiasesOnEveryKink()
    {
        Initializer start = new(Device.Default, 3);
        Sequential<float> network = new(
            new Conv2d<float>("first", 1, 4, 3, start, padding: 1, bias: false), new Relu<float>(), new MaxPool2d<float>(2), new Flatten<float>(),
            new Linear<float>("head", 4 * 14 * 14, 10, start));
        JsonElement results = Run(OnnxExport.Of(network, [4, 1, 28, 28]), "--samples", "8");
        JsonElement[] rows = [.. results.GetProperty("rows").EnumerateArray()];
        foreach ((string type, long evaluations) in new[] { ("Relu", 4L * 4 * 28 * 28), ("MaxPool", 4L * 4 * 14 * 14) })
        {
            JsonElement black = rows.Single(row => row.GetProperty("images").GetString() == "black" && row.GetProperty("operator").GetString() == type);
            Assert.Equal(evaluations, black.GetProperty("evaluations").GetInt64());
            Assert.Equal(evaluations, black.GetProperty("kinks").GetInt64());
            Assert.Equal(1, black.GetProperty("proportion").GetDouble());
            JsonElement images = rows.Single(row => row.GetProperty("images").GetString() == "images" && row.GetProperty("operator").GetString() == type);
            Assert.Equal(2 * evaluations, images.GetProperty("evaluations").GetInt64());
        }

        JsonElement difference = results.GetProperty("differences").EnumerateArray().Single(row => row.GetProperty("images").GetString() == "black");
        Assert.Equal((1, 1), (difference.GetProperty("batches").GetInt32(), difference.GetProperty("different").GetInt32()));
        foreach (string file in (string[])["results.json", "census.csv", "census.png", "census.svg", "report.html"])
            Assert.True(new FileInfo(Path.Combine(folder, "out", file)).Length > 100, file);
    }

    [Fact]
    public void WeightsAreDrawnAnewByTheSeed()
    {
        OnnxModel model = OnnxExport.Of(Models.Mlp<float>([784, 16, 10], new Initializer(Device.Default, 1)), [2, 784]);
        string Of(params string[] options) => Run(model, ["--samples", "2", .. options]).GetProperty("rows")[0].GetProperty("nearest").GetRawText();
        string file = Of(), one = Of("--weights", "drawn", "--seed", "1"), two = Of("--weights", "drawn", "--seed", "2");
        Assert.Equal(3, new[] { file, one, two }.Distinct().Count());
        Assert.Equal(one, Of("--weights", "drawn", "--seed", "1"));
    }

    [Fact]
    public void FilesThatCannotBeCountedAreNamed()
    {
        Ran none = Ran.Program(["census", Path.Combine(folder, "none.onnx")]);
        Assert.Equal(ExitCode.Usage, none.ExitCode);
        Assert.Contains("none.onnx does not exist", none.Error);
        string damaged = Path.Combine(folder, "damaged.onnx");
        File.WriteAllBytes(damaged, [1, 2, 3]);
        Ran broken = Ran.Program(["census", damaged]);
        Assert.Equal(ExitCode.Failure, broken.ExitCode);
        Assert.Contains("damaged.onnx is no ONNX model", broken.Error);
        string vector = Path.Combine(folder, "vector.onnx");
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([3], [1f, 2, 3]);
        OnnxExport.Of([("x", x)], [("y", x.Relu())]).Write(vector);
        Ran unfit = Ran.Program(["census", vector, "--data", "", "--out", Path.Combine(folder, "out")]);
        Assert.Equal(ExitCode.Usage, unfit.ExitCode);
        Assert.Contains("[batch, numbers] can be counted", unfit.Error);
    }

    private JsonElement Run(OnnxModel model, params string[] options)
    {
        string path = Path.Combine(folder, "model.onnx");
        model.Write(path);
        Ran ran = Ran.Program(["census", path, "--data", "", "--json", "--out", Path.Combine(folder, "out"), .. options]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        return JsonDocument.Parse(ran.Output).RootElement;
    }
}
