namespace ConservativeAD.Tests.OperationTable;

public class SelectionDocumentTests
{
    /// <summary>The tables of docs/selections.md agree with the keys; with CONSERVATIVEAD_WRITE_DOCS=1 in the environment they are rewritten.</summary>
    [Fact]
    public void TheTablesOfTheDocumentationAreThoseOfTheKeys()
    {
        string page = Path.Combine(Repository.Root, "docs", "selections.md");
        string stands = File.ReadAllText(page), written = SelectionTables.Rewritten(stands);
        if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_WRITE_DOCS") == "1")
            File.WriteAllText(page, written);
        else
        {
            Assert.True(
                stands == written,
                "The tables of docs/selections.md are not those of the selection keys; run this test with CONSERVATIVEAD_WRITE_DOCS=1 in the environment to "
                    + "write them anew.");
        }
    }
}
