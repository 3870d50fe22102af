using System.Text.Json;

namespace ConservativeAD.Studies.GradBench;

/// <summary>What an answer says beside the message's id. Only what is set is written.</summary>
internal sealed class Answer
{
    /// <summary>The tool's name, to the message <c>start</c>.</summary>
    public string? Tool { get; init; }

    /// <summary>How the tool runs, to the message <c>start</c>.</summary>
    public object? Config { get; init; }

    /// <summary>Whether a module is there, or a function ran.</summary>
    public bool? Success { get; init; }

    /// <summary>What the function computed.</summary>
    public object? Output { get; init; }

    /// <summary>How long it took.</summary>
    public IReadOnlyList<Timing>? Timings { get; init; }

    /// <summary>Why there was no success.</summary>
    public string? Error { get; init; }

    /// <summary>Writes the answer into a JSON object that was begun.</summary>
    /// <param name="writer">The writer.</param>
    /// <exception cref="ArgumentException">The output has a number that is not finite.</exception>
    public void Write(Utf8JsonWriter writer)
    {
        Write(writer, "tool", Tool);
        Write(writer, "config", Config);
        Write(writer, "success", Success);
        Write(writer, "output", Output);
        Write(writer, "timings", Timings);
        Write(writer, "error", Error);
    }

    private static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        if (value is null)
            return;
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, value.GetType(), ProtocolJson.Options);
    }
}
