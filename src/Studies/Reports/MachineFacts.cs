using System.Reflection;
using System.Runtime.InteropServices;

namespace ConservativeAD.Studies.Reports;

/// <summary>What a result was computed on.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Processor">The processor's name, or its architecture where the name cannot be read.</param>
/// <param name="Processors">How many logical processors.</param>
/// <param name="Framework">The .NET runtime.</param>
/// <param name="Version">The version of this program.</param>
internal sealed record MachineFacts(string System, string Processor, int Processors, string Framework, string Version)
{
    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
    public static MachineFacts Current { get; } = new(
        RuntimeInformation.OSDescription.Trim(),
        ProcessorName(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    private static string ProcessorName()
    {
        string? line = File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
