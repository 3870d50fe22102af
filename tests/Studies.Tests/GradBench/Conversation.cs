using System.Text.Json.Nodes;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.GradBench;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>Sessions of the protocol without warm-up.</summary>
internal static class Conversation
{
    /// <summary>The answers to lines of input.</summary>
    public static JsonObject[] With(params string[] lines)
    {
        using StringReader input = new(string.Join('\n', lines));
        using StringWriter output = new();
        using Device device = Device.Cpu(1);
        new ProtocolSession(input, output, device, new { threads = 1 }, TestContext.Current.CancellationToken) { WarmsUp = false }.Run();
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    /// <summary>The answer to the evaluation of a function.</summary>
    public static JsonObject Evaluate(string module, string function, JsonNode? input) =>
        Assert.Single(With(new JsonObject
        {
            ["id"] = 7,
            ["kind"] = "evaluate",
            ["module"] = module,
            ["function"] = function,
            ["input"] = input?.DeepClone(),
        }.ToJsonString()));

    /// <summary>A module's samples.</summary>
    public static JsonNode[] SamplesOf(Module module) => [.. module.Samples.Select(sample => JsonNode.Parse(sample.GetRawText())!)];
}
