using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>
/// A program of another language that differentiates the same scalar programs. It is called as PROGRAM NAME RUNS and prints, among other words, "ns/op" with
/// the median nanoseconds per operation, "val" with the value, and "g1" and "g2" with the sums Σ gᵢ·cos(0.37·i + 0.1) and Σ |gᵢ| over its gradient. If it does
/// not support a scalar program, it prints nothing.
/// </summary>
internal static partial class OtherProgram
{
    public static ScalarRun? Run(FileInfo program, string name, int runs)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program.FullName, [name, runs.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program.FullName} does not start.");
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Dictionary<string, double> words = Words().Matches(text)
            .ToDictionary(match => match.Groups[1].Value, match => double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        if (process.ExitCode == 0 && words.Count == 0)
            return null;
        if (process.ExitCode != 0 || words.Count < 4)
            throw new InvalidOperationException($"{program.Name} {name} ended with {process.ExitCode} and printed: {text.Trim()}");
        return new ScalarRun(words["ns/op"], 0, words["val"], words["g1"], words["g2"]);
    }

    [GeneratedRegex(@"\b(ns/op|val|g1|g2)\s+(\S+)")]
    private static partial Regex Words();
}
