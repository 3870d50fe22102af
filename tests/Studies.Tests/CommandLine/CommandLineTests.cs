using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Studies.Tests.CommandLine;

public class CommandLineTests
{
    [Theory]
    [InlineData("--depth", "volume", "--depth", "3")]
    [InlineData("'0'", "volume", "--networks", "0")]
    [InlineData("'-1'", "volume", "--batch", "-1")]
    [InlineData("'8'", "volume", "--precisions", "16,8")]
    [InlineData("'x'", "volume", "--widths", "16,x")]
    [InlineData("'0'", "volume", "--threads", "0")]
    [InlineData("'1e99'", "volume", "--samples", "1e99")]
    [InlineData("'transformer'", "train", "transformer")]
    [InlineData("'adamz'", "train", "mlp", "--optimizer", "adamz")]
    [InlineData("'8'", "train", "mlp", "--precision", "8")]
    [InlineData("'-3'", "train", "mlp", "--epochs", "-3")]
    [InlineData("'nothing'", "inspect", "nothing")]
    [InlineData("'new'", "census", "model.onnx", "--weights", "new")]
    [InlineData("'hinge'", "census", "model.onnx", "--loss", "hinge")]
    [InlineData("'-1'", "census", "model.onnx", "--clarke", "-1")]
    [InlineData("--seed", "census", "model.onnx", "--seed", "2")]
    [InlineData("none.onnx", "census", "none.onnx")]
    [InlineData("'half'", "inspect", "--s", "0,half")]
    [InlineData("measure", "measure")]
    public void AWrongCommandLineNamesTheCulpritAndExitsWith2(string culprit, params string[] arguments)
    {
        Ran ran = Ran.Program(arguments);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }

    [Fact]
    public void HelpShowsExamples()
    {
        foreach (string command in (string[])["volume", "train", "maxpool", "census", "relu-training", "inspect", "solve", "diagnose", "lecture", "merge",
            "gradbench"])
        {
            Ran ran = Ran.Program(command, "--help");
            Assert.Equal(ExitCode.Success, ran.ExitCode);
            Assert.Contains($"conservative-ad {command}", ran.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void VersionIsPrinted()
    {
        Ran ran = Ran.Program("--version");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.NotEmpty(ran.Output.Trim());
    }

    [Fact]
    public void ADamagedDataFileExitsWith1AndIsNamed()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["mnist"]);
        foreach (string name in (string[])["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"])
            File.WriteAllBytes(folder[$"mnist/{name}-ubyte.gz"], [0x1f, 0x8b, 8, 0]);
        Ran ran = Ran.Program("volume", "--networks", "1", "--data", folder.Path, "--out", folder["out"]);
        Assert.Equal(ExitCode.Failure, ran.ExitCode);
        Assert.Contains("labels-idx1", ran.Error, StringComparison.Ordinal);
        Assert.Contains("byte 4", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out/results.json"]));
    }
}
