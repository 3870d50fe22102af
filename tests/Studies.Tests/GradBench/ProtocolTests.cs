using System.Text.Json.Nodes;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.GradBench;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>Every message gets one answer on one line, whatever it says.</summary>
public class ProtocolTests
{
    private const string Square = """{"id": 2, "kind": "evaluate", "module": "hello", "function": "square", "input": 1.5}""";

    public static TheoryData<string> ModuleNames => [.. Modules.All.Select(module => module.Name)];

    [Fact]
    public void ASessionOfTheCommandIsAnswered()
    {
        Ran ran = Ran.WithInput($$"""
            {"id": 0, "kind": "start", "eval": "hello"}
            {"id": 1, "kind": "define", "module": "hello"}
            {{Square}}
            {"id": 3, "kind": "analysis", "of": 2, "valid": true}
            """, "gradbench");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.Empty(ran.Error);
        JsonObject[] answers = [.. ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
        Assert.Equal([0, 1, 2, 3], answers.Select(answer => (int)answer["id"]!));
        Assert.Equal("conservative-ad", (string?)answers[0]["tool"]);
        Assert.Equal(1, (int)answers[0]["config"]!["threads"]!);
        Assert.True((bool)answers[1]["success"]!);
        Assert.Equal(2.25, (double)answers[2]["output"]!);
        Assert.Equal(["prepare", "evaluate"], answers[2]["timings"]!.AsArray().Select(timing => (string?)timing!["name"]));
        Assert.All(answers[2]["timings"]!.AsArray(), timing => Assert.True((long)timing!["nanoseconds"]! >= 0));
        Assert.Equal("id", Assert.Single(answers[3]).Key);
    }

    [Fact]
    public void AnEmptyInputHasNoAnswers() => Assert.Equal(new Ran(ExitCode.Success, "", ""), Ran.WithInput("", "gradbench"));

    [Fact]
    public void EmptyLinesAreNoMessages() => Assert.Single(Conversation.With("", Square, "", "  "));

    [Theory]
    [InlineData("not JSON", "not JSON")]
    [InlineData("'id'", "[1, 2]")]
    [InlineData("'id'", "3")]
    [InlineData("'id'", """{"kind": "start"}""")]
    [InlineData("not JSON", """{"id": 1, "kind": "evaluate", "module": "hello", "function": "square", "input": NaN}""")]
    [InlineData("not JSON", """{"id": 1, "kind": "sta""")]
    public void ALineThatIsNoMessageIsAnsweredWithoutId(string culprit, string line)
    {
        JsonObject[] answers = Conversation.With(line, Square);
        Assert.Equal(2, answers.Length);
        Assert.True(answers[0].ContainsKey("id"));
        Assert.Null(answers[0]["id"]);
        Assert.False((bool)answers[0]["success"]!);
        Assert.Contains(culprit, (string?)answers[0]["error"], StringComparison.Ordinal);
        Assert.True((bool)answers[1]["success"]!);
    }

    [Theory]
    [InlineData("'module'", """{"id": "a", "kind": "define"}""")]
    [InlineData("'nothing'", """{"id": "a", "kind": "define", "module": "nothing"}""")]
    [InlineData("'nothing'", """{"id": "a", "kind": "evaluate", "module": "nothing", "function": "square", "input": 1}""")]
    [InlineData("'module'", """{"id": "a", "kind": "evaluate", "function": "square", "input": 1}""")]
    [InlineData("'module'", """{"id": "a", "kind": "evaluate", "module": 3, "function": "square", "input": 1}""")]
    [InlineData("'cube'", """{"id": "a", "kind": "evaluate", "module": "hello", "function": "cube", "input": 1}""")]
    [InlineData("'function'", """{"id": "a", "kind": "evaluate", "module": "hello", "input": 1}""")]
    [InlineData("'input'", """{"id": "a", "kind": "evaluate", "module": "hello", "function": "square"}""")]
    [InlineData("Double", """{"id": "a", "kind": "evaluate", "module": "hello", "function": "square", "input": "one"}""")]
    [InlineData("Double", """{"id": "a", "kind": "evaluate", "module": "hello", "function": "square", "input": null}""")]
    [InlineData("not finite", """{"id": "a", "kind": "evaluate", "module": "hello", "function": "square", "input": 1e200}""")]
    [InlineData("min_runs", """{"id": "a", "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [1], "min_runs": 0}}""")]
    [InlineData("min_runs", """{"id": "a", "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [1], "min_runs": 1.5}}""")]
    [InlineData("min_seconds", """{"id": "a", "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [1], "min_seconds": -1}}""")]
    [InlineData("min_seconds", """{"id": "a", "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [1], "min_seconds": "1"}}""")]
    [InlineData("elements of x", """{"id": "a", "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": []}}""")]
    [InlineData("'ell'", """{"id": "a", "kind": "evaluate", "module": "det", "function": "primal", "input": {"A": [], "ell": 0}}""")]
    [InlineData("'A'", """{"id": "a", "kind": "evaluate", "module": "det", "function": "gradient", "input": {"A": [1, 2, 3], "ell": 2}}""")]
    [InlineData("Row 1", """{"id": "a", "kind": "evaluate", "module": "kmeans", "function": "dir", "input": {"points": [[1], [1, 2]], "centroids": [[1]]}}""")]
    public void AWrongMessageIsAnsweredWithTheCulprit(string culprit, string line)
    {
        JsonObject[] answers = Conversation.With(line, Square);
        Assert.Equal(2, answers.Length);
        Assert.Equal("a", (string?)answers[0]["id"]);
        Assert.False((bool)answers[0]["success"]!);
        Assert.Contains(culprit, (string?)answers[0]["error"], StringComparison.Ordinal);
        Assert.False(answers[0].ContainsKey("output"));
        Assert.True((bool)answers[1]["success"]!);
    }

    [Fact]
    public void MessagesOfOtherKindsAreAcknowledged()
    {
        foreach (string kind in (string[])["\"analysis\"", "\"end\"", "7", "null"])
            Assert.Equal("id", Assert.Single(Assert.Single(Conversation.With($$"""{"id": 4, "kind": {{kind}}}"""))).Key);
        Assert.Equal("id", Assert.Single(Assert.Single(Conversation.With("""{"id": 4}"""))).Key);
    }

    [Fact]
    public void AFunctionRunsAsOftenAndAsLongAsItIsAsked()
    {
        JsonObject often = Conversation.Evaluate("lse", "gradient", JsonNode.Parse("""{"x": [1, 2], "min_runs": 5, "min_seconds": 0}"""));
        Assert.Equal(5, Evaluations(often).Length);
        JsonObject longer = Conversation.Evaluate("lse", "gradient", JsonNode.Parse("""{"x": [1, 2], "min_runs": 1, "min_seconds": 0.02}"""));
        long[] nanoseconds = Evaluations(longer);
        Assert.True(nanoseconds.Sum() >= 20_000_000);
        Assert.True(nanoseconds.SkipLast(1).Sum() < 20_000_000);
    }

    [Fact]
    public void ASessionEndsWhileItWaitsForAMessage()
    {
        using CancellationTokenSource stop = new();
        using BlockedReader input = new();
        using StringWriter output = new();
        using Kernels.Device device = Kernels.Device.Cpu(1);
        Task session = Task.Run(() => new ProtocolSession(input, output, device, new object(), stop.Token).Run(), TestContext.Current.CancellationToken);
        input.Reads.Wait(TestContext.Current.CancellationToken);
        stop.Cancel();
        Assert.Throws<TaskCanceledException>(() => session.GetAwaiter().GetResult());
    }

    [Theory]
    [MemberData(nameof(ModuleNames))]
    public void WhatAnInputLacksIsNamed(string name)
    {
        Module module = Modules.All.Single(one => one.Name == name);
        foreach (JsonNode sample in Conversation.SamplesOf(module))
        {
            if (sample is not JsonObject fields)
                continue;
            foreach ((string function, string field) in module.Functions.SelectMany(function => fields.Select(field => (function, field.Key))))
            {
                JsonObject without = fields.DeepClone().AsObject(), other = fields.DeepClone().AsObject(), empty = fields.DeepClone().AsObject();
                without.Remove(field);
                other[field] = new JsonObject { ["a"] = "b" };
                empty[field] = null;
                foreach (JsonObject wrong in (JsonObject[])[without, other, empty])
                {
                    JsonObject answer = Conversation.Evaluate(name, function, wrong);
                    Assert.False((bool)answer["success"]!, $"{function} without {field}");
                    Assert.Contains(field.Replace("_", "", StringComparison.Ordinal),
                        ((string)answer["error"]!).Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ModuleNames))]
    public void ListsOfOtherLengthsAndNumbersOutOfRangeDoNotEndTheSession(string name)
    {
        Module module = Modules.All.Single(one => one.Name == name);
        foreach (JsonNode sample in Conversation.SamplesOf(module).Where(sample => sample is JsonObject))
        {
            foreach (string field in sample.AsObject().Select(field => field.Key))
            {
                foreach (JsonNode value in Others(sample[field]!))
                {
                    JsonObject changed = sample.DeepClone().AsObject();
                    changed[field] = value;
                    JsonObject answer = Conversation.Evaluate(name, module.Functions[^1], changed);
                    Assert.Equal(7, (int)answer["id"]!);
                    Assert.True(answer.ContainsKey("error") != (bool)answer["success"]!);
                }
            }
        }
    }

    private static long[] Evaluations(JsonObject answer) =>
        [.. answer["timings"]!.AsArray().Where(timing => (string?)timing!["name"] == "evaluate").Select(timing => (long)timing!["nanoseconds"]!)];

    // A list without its end, with a further element, or empty; numbers that are small, negative, or too large for a whole one.
    private static IEnumerable<JsonNode> Others(JsonNode value)
    {
        if (value is JsonArray { Count: > 0 } list)
        {
            yield return new JsonArray([.. list.SkipLast(1).Select(one => one!.DeepClone())]);
            yield return new JsonArray([.. list.Append(list[0]).Select(one => one!.DeepClone())]);
            yield return new JsonArray();
        }
        else if (value is JsonValue number && number.TryGetValue(out double _))
        {
            yield return 0;
            yield return -1;
            yield return 1e300;
        }
    }

    // Input that never comes.
    private sealed class BlockedReader : TextReader
    {
        private readonly ManualResetEventSlim end = new();

        public ManualResetEventSlim Reads { get; } = new();

        public override string? ReadLine()
        {
            Reads.Set();
            end.Wait();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            end.Set();
            base.Dispose(disposing);
        }
    }
}
