using System.Text.RegularExpressions;
using ConservativeAD.Tests;

namespace ConservativeAD.Samples.Tests;

/// <summary>The F# of docs/embedding.md runs in F# Interactive, which is a part of the SDK, and prints what its comments say.</summary>
public partial class FsharpTests
{
    [Fact]
    public async Task ItPrintsWhatItSays()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "embedding.md"), TestContext.Current.CancellationToken);
        string program = Assert.Single(Block().Matches(page)).Groups[1].Value;
        string[] said = [.. Said().Matches(program).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(said);
        IEnumerable<string> libraries = Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(path => Path.GetFileName(path) is "ConservativeAD.Kernels.dll" or "ConservativeAD.AutoDiff.dll" or "System.Numerics.Tensors.dll");
        string file = Path.GetTempFileName();
        try
        {
            string script = Path.ChangeExtension(file, ".fsx");
            await File.WriteAllTextAsync(
                script, string.Concat(libraries.Select(path => $"#r @\"{path}\"\n")) + program, TestContext.Current.CancellationToken);
            (int status, string output, string errors) = await DotnetCommand.RunAsync("fsi", "--quiet", script);
            File.Delete(script);
            Assert.True(status == 0, $"{output}\n{errors}");
            Assert.Equal(said, output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex("```fsharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^printfn .* // (.*)$", RegexOptions.Multiline)]
    private static partial Regex Said();
}
