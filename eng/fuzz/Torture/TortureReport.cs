using System.Globalization;

namespace ConservativeAD.Fuzz.Torture;

/// <summary>What a trial did to runs, and what became of them.</summary>
/// <param name="Trial">What was done.</param>
/// <param name="Attempts">How often.</param>
/// <param name="Stopped">Attempts that ended before the command was done.</param>
/// <param name="Recovered">Attempts after which the command ended with the bits of an undisturbed run.</param>
/// <param name="Lost">Attempts after which it did not.</param>
/// <param name="Faults">Lost results, undocumented ends and stack traces, in sentences.</param>
/// <param name="Skipped">Why the trial could not be done; null if it was.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record TortureReport(string Trial, int Attempts, int Stopped, int Recovered, int Lost, IReadOnlyList<string> Faults, string? Skipped,
    double Seconds)
{
    /// <summary>The head of the table.</summary>
    public const string Head =
        "| what was done | attempts | stopped on the way | ended with the same bits | lost | faults | s |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |";

    /// <summary>The row of the table.</summary>
    public override string ToString() => Skipped is { } reason
        ? $"| {Trial} | skipped: {reason} | | | | | |"
        : string.Create(CultureInfo.InvariantCulture, $"| {Trial} | {Attempts} | {Stopped} | {Recovered} | {Lost} | {Faults.Count} | {Seconds:0} |");
}
