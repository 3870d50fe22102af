using System.Runtime.CompilerServices;

namespace ConservativeAD.Tests.Examples;

public class DocumentationTests
{
    [Fact]
    public void TheWorkedExampleOfTheDocumentationIsTheTestedOne()
    {
        string here = Path.GetDirectoryName(ThisFile())!;
        string page = Path.Combine(here, "..", "..", "..", "docs", "adding-an-operation.md");
        if (!File.Exists(page))
            Assert.Skip("The sources are not where they were built; the page cannot be compared.");
        string shown = File.ReadAllText(page).Split("```csharp\n")[1].Split("```")[0];
        Assert.Contains(shown.Trim(), File.ReadAllText(Path.Combine(here, "TruncatedAbs.cs")));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
