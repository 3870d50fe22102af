using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.GradBench;

/// <summary>
/// A session of GradBench's protocol: messages come in as JSON, one a line, and each gets one answer, one line too. What is wrong with a message is said in its
/// answer, and the session goes on.
/// </summary>
/// <remarks>github.com/gradbench/gradbench, CONTRIBUTING.md, section Protocol.</remarks>
/// <param name="input">Messages.</param>
/// <param name="output">Answers, and nothing else.</param>
/// <param name="device">Where arrays are computed.</param>
/// <param name="settings">What the first answer tells of how the tool runs.</param>
/// <param name="cancellation">Ends the session, also within runs and while a message is awaited.</param>
internal sealed class ProtocolSession(TextReader input, TextWriter output, Device device, object settings, CancellationToken cancellation)
{
    private const string ToolName = "conservative-ad";
    private const int LongestError = 2000;

    private readonly HashSet<string> warm = [];

    /// <summary>Whether a module is warmed up when it is first named; true by default.</summary>
    public bool WarmsUp { get; init; } = true;

    /// <summary>Answers messages until the input ends.</summary>
    /// <exception cref="OperationCanceledException">The session was ended before.</exception>
    public void Run()
    {
        while (Read() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            output.WriteLine(Answer(line));
            output.Flush();
        }
    }

    // A read from a pipe cannot be cancelled, so it waits on another thread; that thread does not keep the process alive.
    private string? Read() => Task.Run(input.ReadLine, CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();

    private string Answer(string line)
    {
        JsonDocument message;
        try
        {
            message = JsonDocument.Parse(line);
        }
        catch (JsonException problem)
        {
            return Written(default, Failure($"The line is not JSON: {problem.Message}"));
        }

        using (message)
        {
            JsonElement root = message.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("id", out JsonElement id))
                return Written(default, Failure("The message has no 'id'."));
            try
            {
                return Written(id, AnswerTo(root));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception failure)
            {
                return Written(id, Failure($"{failure.GetType().Name}: {failure.Message}"));
            }
        }
    }

    private Answer AnswerTo(JsonElement message) => Text(message, "kind") switch
    {
        "start" => new Answer { Tool = ToolName, Config = settings },
        "define" => Define(Named(message)),
        "evaluate" => Evaluate(message),
        _ => new Answer(),
    };

    private Answer Define(Module module)
    {
        long start = Stopwatch.GetTimestamp();
        if (WarmsUp && warm.Add(module.Name))
            WarmUp.Of(module, device, cancellation);
        return new Answer { Success = true, Timings = [Timing.Since("warm-up", start)] };
    }

    private Answer Evaluate(JsonElement message)
    {
        Module module = Named(message);
        string function = Text(message, "function") ?? throw new InvalidDataException("The message has no 'function'.");
        if (!module.Functions.Contains(function))
            throw new InvalidDataException(
                $"Module '{module.Name}' has no function '{Excerpt.Of(function)}'; it has {string.Join(", ", module.Functions)}.");
        if (!message.TryGetProperty("input", out JsonElement given))
            throw new InvalidDataException("The message has no 'input'.");
        Runs runs = Runs.Of(given);
        List<Timing> timings = [];
        long start = Stopwatch.GetTimestamp();
        using Computation computation = module.Prepare(function, given, device);
        timings.Add(Timing.Since("prepare", start));
        double elapsed = 0;
        for (int run = 0; run < runs.MinimumRuns || elapsed < runs.MinimumSeconds; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            start = Stopwatch.GetTimestamp();
            computation.Run();
            Timing timing = Timing.Since("evaluate", start);
            timings.Add(timing);
            elapsed += timing.Nanoseconds / 1e9;
        }

        return new Answer { Success = true, Output = computation.Output, Timings = timings };
    }

    private static Module Named(JsonElement message)
    {
        string name = Text(message, "module") ?? throw new InvalidDataException("The message has no 'module'.");
        return Modules.All.FirstOrDefault(module => module.Name == name)
            ?? throw new InvalidDataException(
                $"There is no module '{Excerpt.Of(name)}'; there are {string.Join(", ", Modules.All.Select(module => module.Name))}.");
    }

    private static string? Text(JsonElement message, string property) =>
        message.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Answer Failure(string error) => new() { Success = false, Error = Excerpt.Of(error, LongestError) };

    private static string Written(JsonElement id, Answer answer)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        writer.WritePropertyName("id");
        if (id.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else
            id.WriteTo(writer);
        try
        {
            answer.Write(writer);
        }
        catch (ArgumentException)
        {
            return Written(id, Failure("The output has a number that is not finite, which JSON cannot write."));
        }

        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
