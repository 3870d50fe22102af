namespace ConservativeAD.Tests.OperationTable;

public class OperationDocumentTests
{
    /// <summary>docs/operations.md lists every rule with its facts; with CONSERVATIVEAD_WRITE_DOCS=1 in the environment it is rewritten.</summary>
    [Fact]
    public void ThePageOfOperationsIsThatOfTheRules()
    {
        string page = Path.Combine(Repository.Root, "docs", "operations.md"), written = OperationPage.Text();
        if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_WRITE_DOCS") == "1")
            File.WriteAllText(page, written);
        else
        {
            Assert.True(
                File.Exists(page) && File.ReadAllText(page) == written,
                "docs/operations.md is not that of the rules; run this test with CONSERVATIVEAD_WRITE_DOCS=1 in the environment to write it anew.");
        }
    }
}
