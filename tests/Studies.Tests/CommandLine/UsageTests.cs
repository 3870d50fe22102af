using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>Invalid command lines exit with 2 before any work, and name the cause and the remedy.</summary>
public class UsageTests
{
    [Theory]
    [InlineData("'nonsense'", "simulated", "volume --device nonsense")]
    [InlineData("'nonsense'", "simulated", "train mlp --device nonsense")]
    [InlineData("'999'", "simulated", "train mlp --device 999")]
    [InlineData("--batch-norm", "Leave it out", "train lenet5 --batch-norm")]
    [InlineData("--hidden", "Leave it out", "train lenet5 --hidden 3")]
    [InlineData("--momentum", "Leave it out", "train mlp --optimizer adam --momentum 0.5")]
    [InlineData("--momentum", "Leave it out", "train mlp --momentum 0.5")]
    [InlineData("--json ''", "name another file", "solve cb2 --json ~")]
    [InlineData("'relu'", "leave one", "inspect relu --picture crescent")]
    [InlineData("--json", "leave one", "inspect --json --picture crescent")]
    [InlineData("--s", "leave one", "inspect --s 1 --picture crescent")]
    [InlineData("--out", "leave one", "solve --list --out x")]
    [InlineData("'5478276'", "to 1000000", "volume --samples 5478276")]
    [InlineData("'2147483647'", "to 1000000", "volume --samples 2147483647")]
    [InlineData("'5478276'", "to 1000000", "train mlp --samples 5478276")]
    [InlineData("--start gives 3", "quadratic has 2", "diagnose quadratic --start 1,2,3")]
    [InlineData("--start gives 1", "brown2 has 7", "diagnose brown2 --n 7 --start 1")]
    [InlineData("--power", "--schedule robbins-monro", "diagnose quadratic --power 0.9")]
    [InlineData("--n", "Leave it out", "diagnose quadratic --n 9")]
    [InlineData("--n", "Leave it out", "solve cb2 --n 9")]
    [InlineData("--window", "Leave it out", "diagnose quadratic --draw kl --window 2")]
    [InlineData("--steps", "leave one", "diagnose --list --steps 3")]
    [InlineData("'quadratic'", "leave one", "diagnose quadratic --list")]
    [InlineData("--method", "leave one", "solve --list --method all")]
    [InlineData("--epochs 1000000", "--batch", "train mlp --epochs 1000000 --samples 10000 --batch 1 --data ~")]
    [InlineData("--batch-norm", "--samples", "train mlp --batch-norm --samples 65 --batch 64 --data ~")]
    [InlineData("absent", "--data", "volume --data absent")]
    [InlineData("absent", "--data", "train mlp --data absent")]
    [InlineData("absent", "--data", "diagnose perceptron --data absent")]
    [InlineData("'@absent'", "--help", "volume @absent")]
    public void CulpritAndRemedyAreNamedBeforeAnyWork(string culprit, string remedy, string line)
    {
        using TemporaryFolder folder = new();
        string[] arguments = [.. line.Split(' ').Select(word => word == "~" ? "" : word)];
        bool takesOut = arguments[0] is "volume" or "train" or "diagnose" && !arguments.Contains("--list");
        Ran ran = Ran.Program(takesOut ? [.. arguments, "--out", folder["out"]] : arguments);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
        Assert.Contains(remedy, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
        // The folder contains only the lock file.
        if (Directory.Exists(folder["out"]))
            Assert.All(Directory.GetFiles(folder["out"]), file => Assert.StartsWith(".lock", Path.GetFileName(file), StringComparison.Ordinal));
    }

    [Fact]
    public void AFileForResultsThatCannotBeWrittenIsRefusedBeforeAnyWork()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["file"], "");
        foreach (string file in (string[])[folder.Path, folder["absent/results.json"], folder["file/results.json"]])
        {
            Ran ran = Ran.Program("solve", "cb2", "--json", file);
            Assert.Equal(ExitCode.Usage, ran.ExitCode);
            Assert.Contains($"'{file}'", ran.Error, StringComparison.Ordinal);
            Assert.Empty(ran.Output);
        }

        Assert.Equal([folder["file"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void MoreImagesThanThereAreAreRefused()
    {
        string data = Environment.GetEnvironmentVariable(ImageSource.Variable) ?? "";
        Assert.SkipWhen(data.Length == 0, $"{ImageSource.Variable} names no data folder.");
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("volume", "--samples", "60001", "--out", folder["out"]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("60000 of MNIST", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void LongWordsAreQuotedInBrief()
    {
        string word = new('q', 100_000);
        foreach (string[] arguments in (string[][])[[word], ["volume", word], ["volume", "--" + word], ["volume", "--networks", word], ["inspect", word],
            ["train", word], ["solve", "--suite", word], ["volume", "--out", word + "\0"]])
        {
            Ran ran = Ran.Program(arguments);
            Assert.Equal(ExitCode.Usage, ran.ExitCode);
            Assert.InRange(ran.Error.Length, 1, 5000);
        }
    }
}
