using System.Diagnostics;
using System.Text;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>Where the results of a study go, and which of its units are done.</summary>
/// <param name="Folder">The folder for results, which exists and is locked.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Shard">The shard.</param>
/// <param name="IsRanked">Whether all ranks of an MPI job were asked to compute.</param>
internal sealed record StudyPlace(string Folder, bool Resume, bool Json, Shard Shard, bool IsRanked = false);

/// <summary>Runs a study unit by unit: journal, progress, results, tables.</summary>
/// <param name="terminal">The terminal.</param>
/// <param name="place">Where the results go.</param>
internal sealed class StudyRun(Terminal terminal, StudyPlace place)
{
    /// <summary>Does the units that are not finished yet, and writes the results.</summary>
    /// <typeparam name="TSettings">The settings of the study.</typeparam>
    /// <typeparam name="TUnit">The results of one unit.</typeparam>
    /// <typeparam name="TResults">The results.</typeparam>
    /// <param name="kind">The study.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="origin">Where its units come from.</param>
    /// <param name="work">Does the units of the shard.</param>
    /// <param name="describe">The words of the progress after a unit of the journal, in its order; those of the study if null.</param>
    /// <returns>The exit code.</returns>
    public int Of<TSettings, TUnit, TResults>(StudyKind<TSettings, TUnit, TResults> kind, TSettings settings, JournalOrigin origin,
        Action<UnitWork<TUnit>> work, Func<TUnit, string>? describe = null)
        where TSettings : class, IImageSettings
        where TUnit : class
        where TResults : class, IUnitResults
    {
        JournalHeader header = StudyJournal<TSettings, TUnit>.HeaderOf(settings, origin);
        if (terminal.Ranks is { IsFirst: false } others)
        {
            List<TUnit> known = ResultsJson.Read<List<TUnit>>(Encoding.UTF8.GetString(others.Begin(header, () => [])));
            RankedUnits<TUnit> part = new(others, _ =>
            {
            }, _ =>
            {
            });
            part.Run(known, work, terminal.Cancellation);
            return ExitCode.Success;
        }

        IAnsiConsole console = terminal.Console(place.Json);
        if (settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(settings.Data)}[/]");
        JournalUnits<TUnit> units = kind.UnitsOf(settings);
        long asked = place.Shard.CountOf(units.Count);
        using StudyJournal<TSettings, TUnit> journal = StudyJournal<TSettings, TUnit>.Open(place.Folder, settings, origin, units, place.Resume);
        foreach (string note in journal.Notes)
            console.MarkupLineInterpolated($"[yellow]{note}[/]");
        if (asked == 0)
            console.MarkupLineInterpolated($"[yellow]Shard {place.Shard} has none of the {units.Count} units of this study.[/]");
        terminal.Ranks?.Begin(header, () => Encoding.UTF8.GetBytes(ResultsJson.WriteLine(journal.Finished)));
        if (place.IsRanked)
            console.WriteLine(JobRanks.DescriptionOf(terminal.Ranks));
        List<TUnit> finished = [];
        foreach (TUnit unit in journal.Finished)
        {
            finished.Add(unit);
            describe?.Invoke(unit);
        }

        long start = Stopwatch.GetTimestamp();
        bool haveAllEnded = true;
        using (ProgressNotes notes = new(terminal, kind.What(settings), asked, finished.Count))
        {
            if (terminal.Ranks is { Count: > 1 } ranks)
                haveAllEnded = new RankedUnits<TUnit>(ranks, Finish, notes.Add).Run(journal.Finished, work, terminal.Cancellation);
            else
                work(new UnitWork<TUnit>(journal.Finished, Finish, notes.Add, new OwnUnits()));

            void Finish(TUnit unit)
            {
                journal.Append(unit);
                lock (finished)
                {
                    finished.Add(unit);
                    if (describe?.Invoke(unit) is { } words)
                        notes.Describe(words);
                }
            }
        }

        TResults results;
        bool isDone;
        lock (finished)
        {
            isDone = finished.Count == asked;
            results = kind.ResultsOf(settings, place.Shard, [.. finished.OrderBy(unit => units.NumberOf(unit))]);
        }

        kind.Write(place.Folder, results);
        Tell(terminal, console, kind, settings, results, place, Stopwatch.GetElapsedTime(start),
            !isDone ? " Stopped before the end; --resume continues."
            : results.Complete ? ""
            : $" This was shard {place.Shard}; conservative-ad merge joins all shards.");
        return isDone && haveAllEnded ? ExitCode.Success : ExitCode.Cancelled;
    }

    /// <summary>Prints results, and writes them to the output where they are asked for as JSON.</summary>
    /// <typeparam name="TSettings">The settings of the study.</typeparam>
    /// <typeparam name="TUnit">The results of one unit.</typeparam>
    /// <typeparam name="TResults">The results.</typeparam>
    /// <param name="terminal">The terminal.</param>
    /// <param name="console">Where tables go.</param>
    /// <param name="kind">The study.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="results">Its results.</param>
    /// <param name="place">Where they are.</param>
    /// <param name="elapsed">The time that it took.</param>
    /// <param name="state">What remains to be done, in a sentence.</param>
    public static void Tell<TSettings, TUnit, TResults>(Terminal terminal, IAnsiConsole console, StudyKind<TSettings, TUnit, TResults> kind, TSettings settings,
        TResults results, StudyPlace place, TimeSpan elapsed, string state)
        where TSettings : class, IImageSettings
        where TUnit : class
        where TResults : class, IUnitResults
    {
        kind.Print(console, results);
        if (settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(settings.Data)}[/]");
        console.MarkupLineInterpolated($"{elapsed.TotalSeconds:0.0} s. Results are in {place.Folder}.{state}");
        if (place.Json)
            terminal.Output.WriteLine(ResultsJson.Write(results));
    }
}
