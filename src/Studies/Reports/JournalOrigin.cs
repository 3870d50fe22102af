using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Reports;

/// <summary>Where a journal comes from: all that the bits of its units depend on beside the settings, and which units it is for.</summary>
/// <param name="Study">The study, in one word.</param>
/// <param name="Program">The version of the program.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Arithmetic">The processor's architecture and vectors.</param>
/// <param name="Data">A checksum of the images.</param>
/// <param name="Shard">The shard; null for the whole study.</param>
internal sealed record JournalOrigin(string Study, string Program, string Runtime, string Arithmetic, string Data, string? Shard)
{
    private const int SumBytes = 8;

    /// <summary>The origin of a journal of this process.</summary>
    /// <param name="study">The study, in one word.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="images">The sets of images that it reads.</param>
    public static JournalOrigin Of(string study, Shard shard, params ReadOnlySpan<ImageSet> images) =>
        new(study, MachineFacts.Current.Version, MachineFacts.Current.Runtime, ArithmeticHere, SumOf(images), shard.Name);

    private static string ArithmeticHere { get; } =
        $"{RuntimeInformation.ProcessArchitecture}, vectors of {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128 : 64)} bits{(Fma.IsSupported ? ", fused multiply-add" : "")}";

    private static string SumOf(ReadOnlySpan<ImageSet> images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ImageSet set in images)
        {
            int[] shape = [set.Count, set.Channels, set.Side, set.Classes];
            hash.AppendData(MemoryMarshal.AsBytes<int>(shape));
            hash.AppendData(set.Pixels);
            hash.AppendData(MemoryMarshal.AsBytes<int>(set.Labels));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, SumBytes));
    }
}
