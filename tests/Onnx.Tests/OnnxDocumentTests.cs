using System.Text;
using ConservativeAD.Networks;
using ConservativeAD.Tests;

namespace ConservativeAD.Onnx.Tests;

public class OnnxDocumentTests
{
    private const string Start = "<!-- written by OnnxDocumentTests -->", End = "<!-- end -->";

    /// <summary>docs/onnx.md states what is supported; with CONSERVATIVEAD_WRITE_DOCS=1 in the environment that part is rewritten.</summary>
    [Fact]
    public void ThePageStatesWhatIsSupported()
    {
        string page = Path.Combine(Repository.Root, "docs", "onnx.md"), stands = File.ReadAllText(page);
        Assert.NotEmpty(NodeTest.All);
        int start = stands.IndexOf(Start, StringComparison.Ordinal), end = stands.IndexOf(End, StringComparison.Ordinal);
        Assert.True(start >= 0 && end > start);
        string written = $"{stands[..start]}{Start}\n\n{Text()}\n{stands[end..]}";
        if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_WRITE_DOCS") == "1")
            File.WriteAllText(page, written);
        else
            Assert.True(stands == written,
                "docs/onnx.md is not up to date; run this test with CONSERVATIVEAD_WRITE_DOCS=1 in the environment to write it anew.");
    }

    private static string Text()
    {
        Outcome[] outcomes = NodeTests.Outcomes.Value;
        StringBuilder text = new();
        text.AppendLine($"**{OnnxOperators.Names.Count} operators** are read: {string.Join(", ", OnnxOperators.Names.Select(Code))}.").AppendLine();
        text.AppendLine($"ONNX's own tests have {outcomes.Length} models (Debian's `libonnx-testdata`, version 1.12). "
            + $"{outcomes.Count(o => o.Unsupported is null)} use only what is supported; "
            + $"**{outcomes.Count(o => o.Passed)} of these pass**, with the tolerances of ONNX's own runner "
            + "(10⁻³ relative, 10⁻⁷ absolute).").AppendLine();
        text.AppendLine("| tests | models | passed | not supported |").AppendLine("| --- | --- | --- | --- |");
        foreach (IGrouping<string, Outcome> kind in outcomes.GroupBy(outcome => outcome.Test.Kind))
            text.AppendLine($"| {kind.Key} | {kind.Count()} | {kind.Count(o => o.Passed)} | {kind.Count(o => o.Unsupported is not null)} |");
        text.AppendLine().AppendLine($"Those with floating-point inputs of at most {GradientTests.MostElements} elements and without operators that jump are "
            + $"{GradientTests.Checked}; their gradients are conservative by `Conservativity.Check`.").AppendLine();
        text.AppendLine("The models that are not supported, by operator:").AppendLine();
        text.AppendLine("| operator | models | why |").AppendLine("| --- | --- | --- |");
        foreach (IGrouping<string, Outcome> group in outcomes.Where(outcome => outcome.Unsupported is not null).GroupBy(outcome => outcome.Unsupported!)
            .OrderBy(group => group.Key == "types").ThenBy(group => group.Key, StringComparer.Ordinal))
        {
            bool isAny = group.Key == "types";
            string why = isAny ? "sequences, optional values or texts" : group.All(o => o.Reason.Length == 0) ? "no such operator here" : "in this form";
            text.AppendLine($"| {(isAny ? "any" : string.Join(", ", group.Key.Split(", ").Select(Code)))} | {group.Count()} | {why} |");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string Code(string name) => $"`{name}`";
}
