using ConservativeAD.Tests;

namespace ConservativeAD.Studies.Tests;

/// <summary>Rules for every source file.</summary>
public class SourceTests
{
    private const int MaximumColumns = 160;

    [Fact]
    public void NoLineIsLongerThan160Columns()
    {
        string[] files = [.. Repository.SourceFiles];
        Assert.True(files.Length > 500, $"{files.Length} files were found");
        List<string> wide = [];
        foreach (string file in files)
        {
            string[] lines = File.ReadAllLines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Length > MaximumColumns)
                    wide.Add($"{Path.GetRelativePath(Repository.Root, file)}({i + 1}): {lines[i].Length} columns");
            }
        }

        Assert.True(wide.Count == 0, string.Join("\n", wide));
    }
}
