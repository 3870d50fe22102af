namespace ConservativeAD.Tests.Examples;

public class DocumentationTests
{
    [Fact]
    public void TheWorkedExampleOfTheDocumentationIsTheTestedOne()
    {
        string page = Path.Combine(Repository.Root, "docs", "adding-an-operation.md");
        string example = Path.Combine(Repository.Root, "tests", "AutoDiff.Tests", "Examples", "TruncatedAbs.cs");
        string shown = File.ReadAllText(page).Split("```csharp\n")[1].Split("```")[0];
        Assert.Contains(shown[shown.IndexOf("public ", StringComparison.Ordinal)..].Trim(), File.ReadAllText(example));
    }
}
