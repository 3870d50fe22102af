using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ConservativeAD.Studies.Reports;

/// <summary>The machine and software that a study ran on.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Architecture">The processor's architecture.</param>
/// <param name="Processors">Logical processors.</param>
/// <param name="VectorBits">Bits of the vectors that arithmetic runs on.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Version">The program's version.</param>
internal sealed record MachineFacts(string System, string Architecture, int Processors, int VectorBits, string Runtime, string Version)
{
    private const int BitsOfByte = 8;

    public static MachineFacts Current { get; } = new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Vector<byte>.Count * BitsOfByte,
        RuntimeInformation.FrameworkDescription,
        typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");
}
