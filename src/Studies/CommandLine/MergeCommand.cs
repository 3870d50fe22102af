using System.CommandLine;
using System.Diagnostics;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>merge</c>: joins the shards of a study.</summary>
internal static class MergeCommand
{
    // The studies that have shards.
    private static readonly IReadOnlyList<(string Name, Func<Terminal, MergePlan, IReadOnlyList<ShardFolder>, int> Merge)> Studies =
        [Of(VolumeCommand.Kind), Of(KinkVolumeRun.Kind), Of(MaxPoolCommand.Kind), Of(ReluTrainingCommand.Kind), Of(CensusCommand.Kind)];

    public static Command Create(Terminal terminal)
    {
        Argument<string[]> folders = new("FOLDER")
        {
            Description = "The folders of all shards, in any order.",
            Arity = ArgumentArity.OneOrMore,
        };
        CommonOptions common = new(Path.Combine("results", "merged"));
        StudyCommand command = new("merge", """
            Joins the shards of a study, which --shard of volume, maxpool, relu-training and census made, and writes what one run would have
            written.
            Shards of other settings, data, versions or seeds, missing and unfinished ones, and units that are there twice are refused.

            Examples:
              conservative-ad merge results/shard-1 results/shard-2 results/shard-3 results/shard-4 --out results/table
            """)
        {
            Plan = parsed => new MergePlan(parsed.GetValue(folders)!, parsed.GetValue(common.Out)!, parsed.GetValue(common.Json)),
        };
        command.Arguments.Add(folders);
        command.Takes(common.Out, common.Json);
        command.SetAction(parsed =>
        {
            MergePlan plan = (MergePlan)command.Plan(parsed);
            DemandPlaces(plan);
            List<ShardFolder> shards = [];
            try
            {
                foreach (string folder in plan.Folders)
                    shards.Add(ShardFolder.Open(folder));
                ShardFolder.Demand(shards);
                string study = shards[0].Header.Origin.Study;
                foreach ((string name, Func<Terminal, MergePlan, IReadOnlyList<ShardFolder>, int> merge) in Studies)
                {
                    if (name == study)
                        return merge(terminal, plan, shards);
                }

                throw new UsageException($"'{shards[0].Path}' is of the study {study}, which has no shards; leave it out.");
            }
            finally
            {
                shards.ForEach(shard => shard.Dispose());
            }
        });
        return command;
    }

    private static void DemandPlaces(MergePlan plan)
    {
        HashSet<string> seen = [];
        foreach (string folder in plan.Folders)
        {
            if (!seen.Add(Place(folder)))
                throw new UsageException($"The folder '{folder}' is given twice; leave it out once.");
        }

        if (seen.Contains(Place(plan.Out)))
            throw new UsageException($"--out '{plan.Out}' is one of the folders to merge, which stay as they are; name another one.");
    }

    private static string Place(string folder)
    {
        if (folder.Length == 0)
            throw new UsageException("A folder without a name cannot be merged; name the folders of all shards.");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return Directory.Exists(full) ? new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full : full;
    }

    private static (string, Func<Terminal, MergePlan, IReadOnlyList<ShardFolder>, int>) Of<TSettings, TUnit, TResults>(
        StudyKind<TSettings, TUnit, TResults> kind)
        where TSettings : class, IImageSettings
        where TUnit : class
        where TResults : class, IUnitResults => (kind.Name, (terminal, plan, shards) =>
        {
            long start = Stopwatch.GetTimestamp();
            ShardFolder first = shards[0];
            TSettings settings = first.Header.SettingsOf<TSettings>(first.Journal);
            JournalUnits<TUnit> units = kind.UnitsOf(settings);
            TUnit[] merged = [.. shards.SelectMany(shard => shard.Read<TSettings, TUnit>(units)).OrderBy(unit => units.NumberOf(unit))];
            using ResultsFolder folder = ResultsFolder.Open(plan.Out, "merge");
            using (StudyJournal<TSettings, TUnit> journal = StudyJournal<TSettings, TUnit>.Open(folder.Path, settings,
                first.Header.Origin with { Shard = null }, units, resume: false))
                journal.AppendAll(merged);
            TResults results = kind.ResultsOf(settings, Shard.Whole, merged);
            kind.Write(folder.Path, results);
            StudyRun.Tell(terminal, terminal.Console(plan.Json), kind, settings, results, new StudyPlace(folder.Path, false, plan.Json, Shard.Whole),
                Stopwatch.GetElapsedTime(start), FormattableString.Invariant($" {shards.Count} shards with {merged.Length} units were merged."));
            return ExitCode.Success;
        }
    );
}

/// <summary>The request of a <c>merge</c> command.</summary>
/// <param name="Folders">The folders of the shards.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
internal sealed record MergePlan(string[] Folders, string Out, bool Json);
