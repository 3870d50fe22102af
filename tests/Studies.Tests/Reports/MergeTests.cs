using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Reports;

/// <summary>Shards of a study that are merged: the files of one run, or a sentence that says what is wrong.</summary>
public sealed partial class MergeTests : IDisposable
{
    private const string Volume = "volume --depths 1,2 --widths 16 --batch 32 --precisions 16,32 --networks 20 --samples 96 --data-set stand-in";

    // {"sum":"0123456789abcdef",
    private const int BeforeContent = 8 + 16 + 2;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(4, Volume)]
    [InlineData(3, "volume --network lenet5 --precisions 16,32 --networks 3 --samples 64 --batch 16 --after 1,2 --data-set stand-in")]
    [InlineData(2, "volume --kink sort --depths 2 --widths 16 --precisions 16,32 --networks 2 --samples 64 --batch 16 --after 2 --data-set stand-in")]
    [InlineData(3, "maxpool --samples 64 --batch 32 --networks 1 --precisions 16,32 --betas 1 --epochs 1 --runs 1 --data-set stand-in")]
    [InlineData(2, "relu-training --networks mlp:16,mlp:8-8+bn --samples 64 --batch 16 --epochs 2 --runs 2 --precisions 16,32 --data-set stand-in")]
    [InlineData(3, "census @ --samples 40 --clarke 2 --directions 2 --data-set stand-in")]
    [InlineData(2, "volume --model @ --kink any --precisions 16,32 --samples 64 --data-set stand-in")]
    public void MergedShardsAreOneRunBitForBit(int shards, string line)
    {
        line = line.Replace("@", folder["model.onnx"], StringComparison.Ordinal);
        OnnxExport.Of(new Sequential<float>(new Conv2d<float>("first", 1, 4, 5, new Initializer(Device.Default, 1), bias: false), new Relu<float>(),
            new MaxPool2d<float>(2), new Flatten<float>()), [8, 1, 28, 28]).Write(folder["model.onnx"]);
        Ok([.. line.Split(' '), "--out", folder["whole"]]);
        for (int index = 1; index <= shards; index++)
        {
            Ran ran = Ok([.. line.Split(' '), "--shard", $"{index}/{shards}", "--out", folder[$"part{index}"]]);
            Assert.Contains($"shard {index}/{shards}", ran.Output, StringComparison.Ordinal);
            Assert.Contains($"This is shard {index}/{shards}", File.ReadAllText(folder[$"part{index}/report.html"]), StringComparison.Ordinal);
        }

        // In any order.
        Ok(["merge", .. Parts(shards).Reverse(), "--out", folder["merged"]]);
        string[] names = [.. Names("whole")];
        Assert.Equal(names, Names("merged"));
        foreach (string name in names)
        {
            if (name.EndsWith(".png", StringComparison.Ordinal))
                Assert.Equal(File.ReadAllBytes(folder["whole/" + name]), File.ReadAllBytes(folder["merged/" + name]));
            else
                Assert.Equal(WithoutTimes("whole", name), WithoutTimes("merged", name));
        }

        // What was merged is a finished run.
        Ok([.. line.Split(' '), "--resume", "--out", folder["merged"]]);
        Assert.Equal(WithoutTimes("whole", "results.json"), WithoutTimes("merged", "results.json"));
    }

    [Fact]
    public void ShardsThatAreStoppedGoOnAndAreRefusedUntilThen()
    {
        Make(2);
        string journal = folder["part2/" + StudyFiles.JournalName];
        string[] lines = File.ReadAllLines(journal);
        File.WriteAllText(journal, string.Join('\n', lines[..^1]) + "\n" + lines[^1][..30]);
        Refused("Shard 2/2 in", "not finished", "1 of its 6 units are missing", "--resume");
        Ok([.. Volume.Split(' '), "--shard", "2/2", "--resume", "--out", folder["part2"]]);
        Ok(["merge", .. Parts(2), "--out", folder["merged"]]);

        // Another shard does not go on in its folder.
        Ran ran = Ran.Program([.. Volume.Split(' '), "--shard", "1/2", "--resume", "--out", folder["part2"]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("shard is \"2/2\" there and \"1/2\" here", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreShardsThanUnitsAreFine()
    {
        string line = "volume --depths 1 --widths 8 --batch 32 --precisions 32 --networks 9 --samples 32 --data-set stand-in";
        for (int index = 1; index <= 5; index++)
        {
            Ran ran = Ok([.. line.Split(' '), "--shard", $"{index}/5", "--out", folder[$"part{index}"]]);
            Assert.Equal(index > 2, ran.Output.Contains("none of the 2 units", StringComparison.Ordinal));
        }

        Ok(["merge", .. Parts(5), "--out", folder["merged"]]);
    }

    [Fact]
    public void WrongFoldersAreRefused()
    {
        Make(3);
        Ok([.. Volume.Split(' '), "--seed", "2", "--shard", "2/3", "--out", folder["seed"]]);
        Ok([.. Volume.Replace("--networks 20", "--networks 21", StringComparison.Ordinal).Split(' '), "--shard", "2/3", "--out", folder["settings"]]);
        Ok([.. Volume.Split(' '), "--shard", "2/2", "--out", folder["halves"]]);
        Ok("relu-training --networks mlp:8 --samples 32 --batch 16 --epochs 1 --runs 1 --precisions 32 --data-set stand-in --shard 2/3 --out".Split(' ')
            .Append(folder["relu"]).ToArray());
        string[] parts = [.. Parts(3)];
        RefusedMerge("1 is missing: 3/3", parts[0], parts[1]);
        RefusedMerge("is given twice", parts[0], parts[1], parts[1] + "/");
        RefusedMerge("seed is 2 there and 1 here", parts[0], folder["seed"], parts[2]);
        RefusedMerge("networks is 21 there and 20 here", parts[0], folder["settings"], parts[2]);
        RefusedMerge("study relu-training, not of volume", parts[0], folder["relu"], parts[2]);
        RefusedMerge("is shard 2/2", parts[0], folder["halves"], parts[2]);
        RefusedMerge("does not exist", parts[0], folder["nowhere"]);
        RefusedMerge("without a name", "");
        Directory.CreateDirectory(folder["empty"]);
        RefusedMerge("has no journal.jsonl", parts[0], folder["empty"]);
        Copy("part2", "copy");
        RefusedMerge("Shard 2/3 is in", [.. parts, folder["copy"]]);
        Directory.CreateSymbolicLink(folder["link"], parts[1]);
        RefusedMerge("is given twice", [.. parts, folder["link"]]);
        Ran ran = Ran.Program(["merge", .. parts, "--out", parts[0]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("stay as they are", ran.Error, StringComparison.Ordinal);
        using (ResultsFolder.Open(parts[1], "a test"))
            RefusedMerge("is in use by", parts);
        Assert.False(Directory.Exists(folder["merged"]));

        // Images of the same name and other content, and another version.
        foreach ((string field, string told) in ((string, string)[])[("data", "data is"), ("arithmetic", "arithmetic is"), ("program", "program is")])
        {
            Forge("part2", "forged", line => Regex.Replace(line, $"\"{field}\":\"[^\"]*\"", $"\"{field}\":\"other\""));
            RefusedMerge(told, parts[0], folder["forged"], parts[2]);
        }

        string[] old = [.. Enumerable.Range(1, 3).Select(index => Forge($"part{index}", $"old{index}",
            line => Regex.Replace(line, "\"program\":\"[^\"]*\"", "\"program\":\"0.0.1\"")))];
        RefusedMerge("version 0.0.1", old);
        RefusedMerge("which has no shards",
            [.. Enumerable.Range(1, 3).Select(index => Forge($"part{index}", $"other{index}", line => line.Replace("\"study\":\"volume\"", "\"study\":\"x\"",
                StringComparison.Ordinal)))]);
    }

    [Fact]
    public void EditedJournalsAreRefused()
    {
        Make(3);
        string[] parts = [.. Parts(3)];
        string journal = folder["part2/" + StudyFiles.JournalName];
        string whole = File.ReadAllText(journal);
        string[] lines = whole.TrimEnd('\n').Split('\n');
        foreach ((string text, string told, int code) in ((string, string, int)[])
            [
                (whole.Replace("\"hits\":", "\"hits\":1", StringComparison.Ordinal), "checksum", ExitCode.Failure),
                (whole + lines[1] + "\n", "there twice", ExitCode.Usage),
                (string.Join('\n', lines.Where((_, i) => i != 1)) + "\n", "not finished", ExitCode.Usage),
                ("", "Line 1", ExitCode.Failure),
                ("{}\n", "Line 1", ExitCode.Failure),
                ("{\"sum\":\"0123456789abcdef\",\"journal\":2,\"settings\":{}}\n", "earlier version", ExitCode.Usage),
                (lines[1] + "\n", "Line 1", ExitCode.Failure),
                (lines[0] + "\n" + File.ReadAllLines(folder["part1/" + StudyFiles.JournalName])[1] + "\n", "checksum", ExitCode.Failure),
            ])
        {
            File.WriteAllText(journal, text);
            Ran ran = Ran.Program(["merge", .. parts, "--out", folder["merged"]]);
            Assert.Equal(code, ran.ExitCode);
            Assert.Contains(told, ran.Error, StringComparison.Ordinal);
            Assert.Contains("part2", ran.Error, StringComparison.Ordinal);
        }

        // A line of another shard under a right checksum: its unit would count twice.
        JournalHeader header = JournalHeader.Read(System.Text.Encoding.UTF8.GetBytes(lines[0]), journal, "");
        string foreign = JournalLine.Of(JournalLine.SumOf("", header.Content),
            File.ReadAllLines(folder["part1/" + StudyFiles.JournalName])[1][BeforeContent..]);
        File.WriteAllText(journal, whole + foreign);
        Ran twice = Ran.Program(["merge", .. parts, "--out", folder["merged"]]);
        Assert.Equal(ExitCode.Failure, twice.ExitCode);
        Assert.Contains("does not belong to shard 2/3", twice.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["merged"]));
    }

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("slurm")]
    [InlineData("")]
    public void WrongShardsAreRefusedBeforeAnyWork(string shard)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID") is not null, "This is a task of a job array.");
        Ran ran = Ran.Program([.. Volume.Split(' '), "--shard", shard, "--out", folder["out"]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("--shard", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private static Ran Ok(string[] line)
    {
        Ran ran = Ran.Program(line);
        Assert.True(ran.ExitCode == ExitCode.Success, $"{ran.ExitCode}: {ran.Error}");
        return ran;
    }

    private void Make(int shards)
    {
        for (int index = 1; index <= shards; index++)
            Ok([.. Volume.Split(' '), "--shard", $"{index}/{shards}", "--out", folder[$"part{index}"]]);
    }

    private IEnumerable<string> Parts(int shards) => Enumerable.Range(1, shards).Select(index => folder[$"part{index}"]);

    private void Refused(params string[] told)
    {
        Ran ran = Ran.Program(["merge", .. Parts(2), "--out", folder["merged"]]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        foreach (string text in told)
            Assert.Contains(text, ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["merged"]));
    }

    private void RefusedMerge(string told, params string[] folders)
    {
        Ran ran = Ran.Program(["merge", .. folders, "--out", folder["merged"]]);
        Assert.True(ran.ExitCode == ExitCode.Usage, $"{told}: {ran.ExitCode}, {ran.Error}");
        Assert.Contains(told, ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }

    private void Copy(string from, string to)
    {
        Directory.CreateDirectory(folder[to]);
        File.Copy(folder[$"{from}/{StudyFiles.JournalName}"], folder[$"{to}/{StudyFiles.JournalName}"], overwrite: true);
    }

    // A copy whose first line is changed under a right checksum, as its other lines are then.
    private string Forge(string from, string to, Func<string, string> change)
    {
        Copy(from, to);
        string path = folder[$"{to}/{StudyFiles.JournalName}"];
        string[] lines = File.ReadAllLines(path);
        string header = change(lines[0][BeforeContent..]), sum = JournalLine.SumOf("", header);
        File.WriteAllText(path, JournalLine.Of("", header) + string.Concat(lines.Skip(1).Select(line => JournalLine.Of(sum, line[BeforeContent..]))));
        return folder[to];
    }

    private IEnumerable<string> Names(string run) =>
        Directory.EnumerateFiles(folder[run]).Select(path => Path.GetFileName(path)).Where(name => name[0] != '.').Order(StringComparer.Ordinal);

    private string WithoutTimes(string run, string name)
    {
        string text = File.ReadAllText(folder[$"{run}/{name}"]);
        switch (Path.GetExtension(name))
        {
            case ".json":
                JsonNode json = JsonNode.Parse(text)!;
                DropTimes(json);
                return json.ToJsonString();
            case ".jsonl":
                return string.Join('\n', text.TrimEnd('\n').Split('\n').Select(line =>
                {
                    JsonNode unit = JsonNode.Parse(line)!;
                    DropTimes(unit);
                    ((JsonObject)unit).Remove("sum");
                    return unit.ToJsonString();
                }).Order(StringComparer.Ordinal));
            case ".csv" when text.Split('\n')[0].Contains("seconds", StringComparison.Ordinal):
                int column = Array.IndexOf(text.Split('\n')[0].Split(','), "seconds");
                return string.Join('\n', text.Split('\n').Select(line => string.Join(',', line.Split(',').Where((_, i) => i != column))));
            case ".svg":
                // Numbered through the process.
                return Regex.Replace(text, "cl_[0-9a-f]+", "");
            case ".html":
                return Times().Replace(text, "");
            default:
                return text;
        }
    }

    private static void DropTimes(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            members.Remove("seconds");
            foreach ((_, JsonNode? member) in members)
                DropTimes(member);
        }
        else if (node is JsonArray elements)
        {
            foreach (JsonNode? element in elements)
                DropTimes(element);
        }
    }

    // Times, and the moment of writing, in cells of tables and in lines.
    [GeneratedRegex("[0-9.,]+ (s|min|h)\\b|<td[^>]*>[0-9.]+</td>(?=</tr>)|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]+")]
    private static partial Regex Times();
}
