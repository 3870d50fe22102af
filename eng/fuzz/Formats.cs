namespace ConservativeAD.Fuzz;

/// <summary>All fuzzed formats.</summary>
internal static class Formats
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["safetensors", "idx", "gzip", "cifar", "journal", "checkpoint", "command-line"];

    /// <summary>The format with a given name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">No format has this name.</exception>
    public static FuzzTarget Named(string name) => name switch
    {
        "safetensors" => new SafetensorsTarget(),
        "idx" => new IdxTarget(isCompressed: false),
        "gzip" => new IdxTarget(isCompressed: true),
        "cifar" => new CifarTarget(),
        "journal" => new JournalTarget(),
        "checkpoint" => new CheckpointTarget(),
        "command-line" => new CommandLineTarget(),
        _ => throw new ArgumentException($"There is no format '{name}'; there are {string.Join(", ", Names)}, and all.", nameof(name)),
    };
}
