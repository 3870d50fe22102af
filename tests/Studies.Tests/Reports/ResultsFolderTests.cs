using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Reports;

/// <summary>One process at a time.</summary>
public class ResultsFolderTests
{
    [Theory]
    [InlineData("volume", "--networks", "1", "--samples", "2", "--data", "")]
    [InlineData("train", "mlp", "--samples", "2", "--data", "")]
    [InlineData("diagnose", "quadratic")]
    [InlineData("inspect", "--picture", "crescent")]
    public void ASecondCommandIsRefusedBeforeAnyWorkAndToldWhoHoldsTheFolder(params string[] arguments)
    {
        using TemporaryFolder folder = new();
        using (ResultsFolder.Open(folder["out"], "a test"))
        {
            string[] before = [.. Directory.GetFiles(folder["out"]).Order()];
            Ran ran = Ran.Program([.. arguments, "--out", folder["out"]]);
            Assert.Equal(ExitCode.Usage, ran.ExitCode);
            Assert.Contains(folder["out"], ran.Error, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", ran.Error, StringComparison.Ordinal);
            Assert.Contains("a test", ran.Error, StringComparison.Ordinal);
            Assert.Contains("--out", ran.Error, StringComparison.Ordinal);
            Assert.Equal(before, Directory.GetFiles(folder["out"]).Order());
        }

        // The files of an ended process do not block others.
        Assert.True(File.Exists(folder["out/" + ResultsFolder.LockName]));
        using ResultsFolder again = ResultsFolder.Open(folder["out"], "another");
    }

    [Fact]
    public void WhatAKilledWriterLeftIsRemoved()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllText(folder["out/results.json.abc.tmp"], "half");
        using ResultsFolder held = ResultsFolder.Open(folder["out"], "a test");
        Assert.Empty(Directory.GetFiles(held.Path, "*.tmp"));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/results")]
    [InlineData("")]
    public void AFolderThatCannotBeMadeIsAUsageError(string name)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["file"], "");
        string path = name.Length == 0 ? "" : folder[name];
        foreach (string[] arguments in (string[][])[["volume", "--networks", "1", "--data", ""], ["train", "mlp", "--data", ""], ["diagnose", "quadratic"],
            ["inspect", "--picture", "crescent"]])
        {
            Ran ran = Ran.Program([.. arguments, "--out", path]);
            Assert.Equal(ExitCode.Usage, ran.ExitCode);
            Assert.Contains($"'{path}'", ran.Error, StringComparison.Ordinal);
            Assert.Contains("--out", ran.Error, StringComparison.Ordinal);
        }

        Assert.Equal("", File.ReadAllText(folder["file"]));
    }
}
