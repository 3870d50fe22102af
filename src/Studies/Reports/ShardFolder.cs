using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Reports;

/// <summary>A folder with the units of a shard, or of a whole study, held so that no other process writes to it.</summary>
internal sealed class ShardFolder : IDisposable
{
    private readonly IDisposable? hold;

    private ShardFolder(string path, IDisposable? hold, JournalHeader header) => (Path, this.hold, Header) = (path, hold, header);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Its journal.</summary>
    public string Journal => JournalOf(Path);

    /// <summary>The first line of its journal.</summary>
    public JournalHeader Header { get; }

    /// <summary>The shard.</summary>
    public Shard Shard { get; private init; } = Shard.Whole;

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="UsageException">It is no folder of a study with units, another process writes to it, or an earlier version wrote it.</exception>
    /// <exception cref="InvalidDataException">Its journal is damaged.</exception>
    public static ShardFolder Open(string path)
    {
        if (!Directory.Exists(path))
            throw new UsageException($"The folder '{Excerpt.Of(path, 400)}' does not exist; name the folders of all shards.");
        string journal = JournalOf(path);
        if (!File.Exists(journal))
            throw new UsageException(
                $"The folder '{Excerpt.Of(path, 400)}' has no {StudyFiles.JournalName}, so it is none of a study that has shards; leave it out.");
        IDisposable? hold = ResultsFolder.HoldForReading(path);
        try
        {
            using FileStream file = File.OpenRead(journal);
            JournalHeader header = JournalHeader.Read(file, journal, "leave its folder out, or run it again");
            Shard? shard = header.Origin.Shard is { } name ? Shard.Of(name) : Shard.Whole;
            return new ShardFolder(path, hold, header)
            {
                Shard = shard ?? throw new InvalidDataException($"{journal} claims to be shard {Excerpt.Of(header.Origin.Shard!)}, which is none."),
            };
        }
        catch (Exception)
        {
            hold?.Dispose();
            throw;
        }
    }

    /// <summary>Checks that folders hold all shards of one study, each once.</summary>
    /// <param name="folders">The folders.</param>
    /// <exception cref="UsageException">They do not; the message says which is wrong, and how.</exception>
    public static void Demand(IReadOnlyList<ShardFolder> folders)
    {
        const int MostNamed = 8;
        ShardFolder first = folders[0];
        foreach (ShardFolder other in folders)
        {
            if (other.WholeHeader.DifferenceFrom(first.WholeHeader) is { } difference)
                throw new UsageException(
                    $"'{other.Path}' is no shard of the study in '{first.Path}': {difference}. Merge what was run with the same settings, data, version and "
                        + $"kind of processor.");
            if (other.Shard.Count != first.Shard.Count)
                throw new UsageException(
                    $"'{other.Path}' is shard {other.Shard}, but '{first.Path}' is shard {first.Shard}; merge shards of one division of the study.");
        }

        if (first.Header.Origin.Program != MachineFacts.Current.Version)
            throw new UsageException(
                $"'{first.Path}' was written by version {Excerpt.Of(first.Header.Origin.Program)} of the program, and this is version "
                    + $"{MachineFacts.Current.Version}; merge by the version that wrote it.");
        foreach (IGrouping<int, ShardFolder> same in folders.GroupBy(folder => folder.Shard.Index).Where(group => group.Count() > 1))
            throw new UsageException(
                $"Shard {same.First().Shard} is in '{same.First().Path}' and in '{same.ElementAt(1).Path}', so that its units would count twice; leave one of "
                    + $"them out.");
        int[] missing = [.. Enumerable.Range(1, first.Shard.Count).Except(folders.Select(folder => folder.Shard.Index))];
        if (missing.Length > 0)
            throw new UsageException(
                $"Of the {first.Shard.Count} shards of the study {missing.Length} {(missing.Length == 1 ? "is" : "are")} missing: "
                    + $"{string.Join(", ", missing.Take(MostNamed).Select(index => new Shard(index, first.Shard.Count)))}"
                    + $"{(missing.Length > MostNamed ? ", …" : "")}. Name the folders of all.");
    }

    /// <summary>The finished units.</summary>
    /// <typeparam name="TSettings">The settings of the study.</typeparam>
    /// <typeparam name="TUnit">The results of one unit.</typeparam>
    /// <param name="units">The units of the study.</param>
    /// <exception cref="UsageException">Some are missing, or one is there twice.</exception>
    /// <exception cref="InvalidDataException">The journal is damaged, or has units of other shards; the message names the line or the unit.</exception>
    public IReadOnlyList<TUnit> Read<TSettings, TUnit>(JournalUnits<TUnit> units)
        where TSettings : class
        where TUnit : class
    {
        using FileStream file = File.OpenRead(Journal);
        StudyJournal<TSettings, TUnit>.Content content = StudyJournal<TSettings, TUnit>.Read(file, Journal, Header, units);
        if (content.Repeat is { } repeat)
            throw new UsageException($"{repeat} A unit that is there twice is not merged; remove one of the lines.");
        HashSet<long> found = [.. content.Finished.Select(unit => units.NumberOf(unit)!.Value)];
        foreach (long unit in found.Where(unit => !Shard.Has(unit)))
            throw new InvalidDataException($"{Journal} has unit {unit}, which does not belong to shard {Shard}; leave its folder out, or run it again.");
        long asked = Shard.CountOf(units.Count);
        if (found.Count < asked)
        {
            long first = 0;
            while (!Shard.Has(first) || found.Contains(first))
                first++;
            throw new UsageException(
                $"Shard {Shard} in '{Path}' is not finished: {asked - found.Count} of its {asked} units are missing, unit {first} first. Run it again with "
                    + $"--resume.");
        }

        return content.Finished;
    }

    public void Dispose() => hold?.Dispose();

    private JournalHeader WholeHeader => Header with { Origin = Header.Origin with { Shard = null } };

    private static string JournalOf(string path) => System.IO.Path.Combine(path, StudyFiles.JournalName);
}
