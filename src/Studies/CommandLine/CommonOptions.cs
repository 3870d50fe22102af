using System.CommandLine;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The options that the long studies share.</summary>
internal sealed class CommonOptions
{
    private const int MaximumThreads = 1024;

    /// <summary>Makes the options.</summary>
    /// <param name="defaultFolder">The folder for results if --out is not given.</param>
    public CommonOptions(string defaultFolder)
    {
        Out = new Option<string>("--out") { Description = "The folder for results.", DefaultValueFactory = _ => defaultFolder, HelpName = "DIR" };
    }

    public Option<ulong> Seed { get; } = OptionKinds.Number("--seed", "The seed of everything random.", 1ul, 0ul, ulong.MaxValue);

    public Option<int> Threads { get; } = OptionKinds.Number("--threads", "How many threads compute; results do not depend on it.", Environment.ProcessorCount,
        1, MaximumThreads);

    public Option<string> Device { get; } =
        new("--device")
        {
            Description = "Where to compute: cpu, gpu (the first one), a part of a GPU's name or its number, or simulated (GPU kernels on the CPU, very "
                + "slowly).",
            DefaultValueFactory = _ => ComputeDevice.Cpu,
            HelpName = "NAME"
        };

    public Option<string?> Data { get; } = OptionKinds.Text("--data",
        "The folder with the subfolder mnist or cifar-10; CONSERVATIVEAD_DATA if not given, else stand-in digits.", "DIR");

    public Option<string> Out { get; }

    public Option<bool> Resume { get; } = OptionKinds.Flag("--resume", "Continue what an earlier run with the same settings left in the folder for results.");

    public Option<bool> Json { get; } = OptionKinds.Flag("--json", "Print the content of results.json on standard output, and nothing else there.");

    public ComputeDevice DeviceOf(ParseResult parsed) => new(parsed.GetValue(Device)!, parsed.GetValue(Threads));
}
