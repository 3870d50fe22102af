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

        JsonElement difference = results.GetProperty("differences").EnumerateArray().Single(row =>
            row.GetProperty("images").GetString() == "black" && row.GetProperty("kink").GetString() == "any");
        Assert.Equal((1, 1), (difference.GetProperty("batches").GetInt32(), difference.GetProperty("different").GetInt32()));
        foreach (string file in (string[])["results.json", "census.csv", "census.png", "census.svg", "choices.csv", "clarke.csv", "report.html"])
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
        Assert.Contains("[batch, numbers] can be studied", unfit.Error);
    }

    [Fact]
    public void NodesWithKinksAreThoseWhoseOperationsHaveThem()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([2, 4], new float[8]);
        Var<float> y = x.Clamp(0.25, 0.75) + x.Abs().Exp() + x.Sqrt() + x.Norm2(1, keepAxis: true).Tanh() + x.Maximum(x.Square()) + x.Softplus();
        JsonElement results = Run(OnnxExport.Of([("x", x)], [("y", y)]), "--samples", "2");
        string[] operators = [.. results.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("operator").GetString()!).Distinct().Order()];
        Assert.Equal(["Abs", "Clip", "Max", "ReduceL2", "Sqrt"], operators);
        JsonElement[] black = [.. results.GetProperty("differences").EnumerateArray().Where(row => row.GetProperty("images").GetString() == "black")];
        Assert.Equal(["abs", "any", "max", "norm"], black.Select(row => row.GetProperty("kink").GetString()).Order());
        JsonElement refusal = results.GetProperty("refusals").EnumerateArray().First(row => row.GetProperty("images").GetString() == "black");
        Assert.Contains("infinite slope", refusal.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("Sqrt", refusal.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void BackpropagationIsAsFarFromClarkeAsTheChoiceIsWrong()
    {
        // The identity, which backpropagation gives the slope 0 or 2 where all relus are at 0.
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([2, 4], new float[8]);
        JsonElement results = Run(OnnxExport.Of([("x", x)], [("y", x.Relu() - (-x).Relu())]), "--samples", "2");
        JsonElement clarke = results.GetProperty("clarke").EnumerateArray().Single(row => row.GetProperty("images").GetString() == "black");
        Assert.Equal((1, 1), (clarke.GetProperty("batches").GetInt32(), clarke.GetProperty("certified").GetInt32()));
        Assert.Equal(1, clarke.GetProperty("ofInput").GetDouble(), 6);
        Assert.Equal(1, clarke.GetProperty("otherOfInput").GetDouble(), 6);
        JsonElement none = Run(OnnxExport.Of([("x", x)], [("y", x.Relu() - (-x).Relu())]), "--samples", "2", "--clarke", "0");
        Assert.Equal(0, none.GetProperty("clarke").GetArrayLength());
    }

    [Fact]
    public void AResumedCensusEqualsAnUninterruptedOne()
    {
        OnnxModel model = OnnxExport.Of(Models.Mlp<float>([784, 16, 10], new Initializer(Device.Default, 1)), [2, 784]);
        string whole = Tables(Run(model, "--samples", "9", "--clarke", "2"));
        string journal = Path.Combine(folder, "out", "journal.jsonl");
        string[] lines = File.ReadAllLines(journal);
        Assert.Equal(1 + 5 + 1 + 5, lines.Length);
        File.WriteAllText(journal, string.Join('\n', lines[..4]) + "\n" + lines[4][..30]);
        Assert.Equal(whole, Tables(Run(model, "--samples", "9", "--clarke", "2", "--resume", "--threads", "1")));
        Assert.Equal(lines.Length, File.ReadAllLines(journal).Length);

        // Other weights in a file of the same name are another study.
        OnnxExport.Of(Models.Mlp<float>([784, 16, 10], new Initializer(Device.Default, 2)), [2, 784]).Write(Path.Combine(folder, "model.onnx"));
        Ran other = Ran.Program(["census", Path.Combine(folder, "model.onnx"), "--data", "", "--samples", "9", "--clarke", "2", "--resume", "--out",
            Path.Combine(folder, "out")]);
        Assert.Equal(ExitCode.Usage, other.ExitCode);
        Assert.Contains("modelSum", other.Error, StringComparison.Ordinal);

        // A changed line is found.
        model.Write(Path.Combine(folder, "model.onnx"));
        File.WriteAllText(journal, File.ReadAllText(journal).Replace("\"atKink\":0", "\"atKink\":1", StringComparison.Ordinal));
        Ran changed = Ran.Program(["census", Path.Combine(folder, "model.onnx"), "--data", "", "--samples", "9", "--clarke", "2", "--resume", "--out",
            Path.Combine(folder, "out")]);
        Assert.Equal(ExitCode.Failure, changed.ExitCode);
        Assert.Contains("checksum", changed.Error, StringComparison.Ordinal);

        static string Tables(JsonElement results) => $"{results.GetProperty("rows")}{results.GetProperty("differences")}{results.GetProperty("clarke")}";
    }

    [Fact]
    public void AnOutputThatIsNoScoreOfClassesNeedsAnotherLoss()
    {
        OnnxModel model = OnnxExport.Of(Models.Mlp<float>([784, 8, 1], new Initializer(Device.Default, 1)), [2, 784]);
        string path = Path.Combine(folder, "regression.onnx");
        model.Write(path);
        Ran ran = Ran.Program(["census", path, "--data", "", "--samples", "2", "--out", Path.Combine(folder, "out")]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("--loss squares", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "out", "journal.jsonl")));
        Assert.Equal("squares", Run(model, "--samples", "2", "--loss", "squares").GetProperty("settings").GetProperty("loss").GetString());
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
