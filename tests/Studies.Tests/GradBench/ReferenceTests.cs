using System.Text.Json;
using System.Text.Json.Nodes;
using ConservativeAD.Studies.GradBench;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>Every function of every module, on every sample, against what is known without the engine.</summary>
public class ReferenceTests
{
    private const double Tolerance = 1e-8;

    // Where a gradient descent ends is as exact as its stopping rule.
    private const double ToleranceOfDescents = 1e-4;

    public static TheoryData<string, string> Functions =>
        [.. Modules.All.SelectMany(module => module.Functions.Select(function => (module.Name, function)))];

    [Theory]
    [MemberData(nameof(Functions))]
    public void TheOutputIsWhatTheReferenceSays(string name, string function)
    {
        Assert.True(References.All.ContainsKey((name, function)), $"{name}.{function} has no reference.");
        Module module = Modules.All.Single(one => one.Name == name);
        JsonNode[] samples = Conversation.SamplesOf(module);
        Assert.NotEmpty(samples);
        foreach (JsonNode sample in samples)
        {
            JsonObject answer = Conversation.Evaluate(name, function, sample);
            Assert.True((bool)answer["success"]!, (string?)answer["error"]);
            JsonNode expected = JsonNode.Parse(References.All[(name, function)](sample).ToJsonString())!;
            Compare(expected, answer["output"]!, name is "particle" or "saddle" ? ToleranceOfDescents : Tolerance, "output");
        }
    }

    [Fact]
    public void EveryReferenceIsOfAFunction() =>
        Assert.Equal(References.All.Keys.Order(), Modules.All.SelectMany(module => module.Functions.Select(function => (module.Name, function))).Order());

    // The particle of the suite's own eval, with the value that its eval expects.
    [Theory]
    [InlineData("rr")]
    [InlineData("ff")]
    [InlineData("fr")]
    [InlineData("rf")]
    public void TheParticleEndsWhereTheSuiteExpects(string function) =>
        Assert.Equal(0.2071918746486116, (double)Conversation.Evaluate("particle", function, JsonNode.Parse("""{"w": 0}"""))["output"]!, 1e-9);

    [Theory]
    [InlineData("rr")]
    [InlineData("ff")]
    [InlineData("fr")]
    [InlineData("rf")]
    public void TheSaddleEndsWhereTheSuiteExpects(string function)
    {
        JsonNode output = Conversation.Evaluate("saddle", function, JsonNode.Parse("""{"start": [1, 1]}"""))["output"]!;
        Assert.All(References.Numbers(output), element => Assert.Equal(8.246324826140356e-06, element, 1e-12));
    }

    private static void Compare(JsonNode expected, JsonNode actual, double tolerance, string path)
    {
        switch (expected)
        {
            case JsonObject fields:
                Assert.Equal(fields.Select(field => field.Key).Order(), actual.AsObject().Select(field => field.Key).Order());
                foreach ((string key, JsonNode? value) in fields)
                    Compare(value!, actual[key]!, tolerance, $"{path}.{key}");
                break;
            case JsonArray list:
                Assert.True(list.Count == actual.AsArray().Count, $"{path} has {actual.AsArray().Count} elements, not {list.Count}");
                for (int i = 0; i < list.Count; i++)
                    Compare(list[i]!, actual[i]!, tolerance, $"{path}[{i}]");
                break;
            default:
                Assert.Equal(JsonValueKind.Number, actual.GetValueKind());
                (double one, double other) = ((double)expected, (double)actual);
                Assert.True(Math.Abs(one - other) <= tolerance * Math.Max(1, Math.Abs(one) + Math.Abs(other)), $"{path}: {one} is expected, {other} found");
                break;
        }
    }
}
