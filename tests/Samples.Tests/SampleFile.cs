using System.Text.RegularExpressions;
using ConservativeAD.Tests;

namespace ConservativeAD.Samples.Tests;

/// <summary>A file-based program in <c>samples</c>. The comment at its end holds what it prints; "…" there stands for any text within a line.</summary>
internal sealed class SampleFile(string name)
{
    private const string Marker = "// prints:";
    private const string AnyText = "…";

    /// <summary>The names of all samples.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.cs").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static string Folder => Path.Combine(Repository.Root, "samples");

    public string FullName => Path.Combine(Folder, name);

    public string[] Lines => File.ReadAllLines(FullName);

    /// <summary>The lines without the comment that holds the output.</summary>
    public string[] Program => [.. Lines.TakeWhile(line => line != Marker)];

    /// <summary>The lines that it prints, as the comment at its end has them.</summary>
    public string[] Output
    {
        get
        {
            string[] comment = [.. Lines.SkipWhile(line => line != Marker).Skip(1)];
            Assert.True(comment.Length > 0, $"{name} does not end with \"{Marker}\" and its output.");
            Assert.All(comment, line => Assert.StartsWith("// ", line, StringComparison.Ordinal));
            return [.. comment.Select(line => line[3..])];
        }
    }

    /// <summary>Whether it is a program of the web SDK.</summary>
    public bool IsForWeb => Lines.Any(line => line.StartsWith("#:sdk Microsoft.NET.Sdk.Web", StringComparison.Ordinal));

    public void CheckOutput(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Assert.True(lines.Length == Output.Length && lines.Zip(Output).All(pair => Fits(pair.First, pair.Second)),
            $"{name} printed:\n{text}\nThe comment at its end says:\n{string.Join("\n", Output)}");
    }

    private static bool Fits(string line, string expected) =>
        Regex.IsMatch(line, $"^{string.Join(".*", expected.Split(AnyText).Select(Regex.Escape))}$", RegexOptions.None, TimeSpan.FromSeconds(1));
}
