namespace ConservativeAD.Onnx.Tests;

/// <summary>ONNX's own tests: every model that is supported gives the outputs that its test states.</summary>
public class NodeTests
{
    internal static readonly Lazy<Outcome[]> Outcomes = new(() => [.. NodeTest.All.Select(test => test.Run())]);

    [Fact]
    public void EveryModelThatIsSupportedGivesItsOutputs()
    {
        Assert.NotEmpty(NodeTest.All);
        string[] failures = [.. Outcomes.Value.Where(outcome => outcome.Failure is not null).Select(outcome => $"{outcome.Test.Name}: {outcome.Failure}")];
        Assert.True(failures.Length == 0, string.Join("\n", failures));
        Assert.True(Outcomes.Value.Count(outcome => outcome.Passed) > 900);
    }
}
