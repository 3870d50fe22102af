using System.Security.Cryptography;
using System.Text;

namespace ConservativeAD.Studies.Reports;

/// <summary>A line of a journal, which begins with a checksum of itself and of the settings.</summary>
internal static class JournalLine
{
    /// <summary>The most bytes of a line.</summary>
    public const int Longest = 1 << 20;

    private const int SumDigits = 16;
    private const string BeforeSum = "{\"sum\":\"";
    private const string AfterSum = "\",";

    /// <summary>The line, with its line break.</summary>
    /// <param name="settingsSum">The checksum of the settings; empty for the line of the settings itself.</param>
    /// <param name="content">The content after the checksum.</param>
    public static string Of(string settingsSum, string content) => $"{BeforeSum}{SumOf(settingsSum, content)}{AfterSum}{content}\n";

    /// <summary>The content after the checksum of a line; null if the checksum is wrong.</summary>
    /// <param name="line">The line, without its line break.</param>
    /// <param name="settingsSum">The checksum of the settings; empty for the line of the settings itself.</param>
    public static string? ContentOf(string line, string settingsSum)
    {
        int start = BeforeSum.Length + SumDigits + AfterSum.Length;
        return line.Length > start && line.StartsWith(BeforeSum, StringComparison.Ordinal)
            && string.CompareOrdinal(line, BeforeSum.Length + SumDigits, AfterSum, 0, AfterSum.Length) == 0
            && line.AsSpan(BeforeSum.Length, SumDigits).SequenceEqual(SumOf(settingsSum, line[start..]))
            ? line[start..]
            : null;
    }

    /// <summary>A checksum.</summary>
    /// <param name="settingsSum">The checksum of the settings; empty for that of the settings.</param>
    /// <param name="content">The content.</param>
    public static string SumOf(string settingsSum, string content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settingsSum + content)).AsSpan(0, SumDigits / 2));
}
