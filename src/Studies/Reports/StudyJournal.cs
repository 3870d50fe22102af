using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Reports;

/// <summary>
/// The finished units of a study, one line each after a line with the settings. Every line begins with a checksum of itself and of the settings, and names its
/// unit. A line counts once its line break is in the file, so a process killed during a write loses only that line. A line that was changed is rejected with
/// its number.
/// </summary>
/// <typeparam name="TSettings">The settings of the study.</typeparam>
/// <typeparam name="TUnit">The results of one unit.</typeparam>
internal sealed class StudyJournal<TSettings, TUnit> : IDisposable
    where TSettings : class
    where TUnit : class
{
    public const string FileName = "journal.jsonl";

    private const int Version = 2;
    private const int SumDigits = 16;
    private const int LongestLine = 1 << 20;
    private const string BeforeSum = "{\"sum\":\"";
    private const string AfterSum = "\",";

    private readonly Lock appending = new();
    private readonly FileStream file;
    private readonly JournalUnits<TUnit> units;
    private readonly string settingsSum;

    private StudyJournal(FileStream file, TSettings settings, JournalUnits<TUnit> units, Content content)
    {
        this.file = file;
        this.units = units;
        settingsSum = SumOf("", HeaderOf(settings));
        Finished = content.Finished;
        Notes = content.Notes;
    }

    /// <summary>The units that were finished when the journal was opened.</summary>
    public IReadOnlyList<TUnit> Finished { get; }

    /// <summary>The data that was dropped when it was opened, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens the journal of a folder: a new one, or the existing one.</summary>
    /// <param name="folder">The folder for results, which exists and is locked.</param>
    /// <param name="settings">The settings of this run.</param>
    /// <param name="units">The units of the study.</param>
    /// <param name="resume">Whether to continue an existing journal; otherwise it is overwritten.</param>
    /// <exception cref="UsageException">The existing journal has other settings, or comes from an earlier version.</exception>
    /// <exception cref="InvalidDataException">The existing journal is damaged; the message names the line.</exception>
    public static StudyJournal<TSettings, TUnit> Open(string folder, TSettings settings, JournalUnits<TUnit> units, bool resume)
    {
        string path = Path.Combine(folder, FileName);
        Content content = new([], 0, []);
        if (resume && File.Exists(path))
        {
            using (FileStream there = File.OpenRead(path))
                content = Read(there, path, settings, units);
            if (content.Length > 0)
            {
                FileStream continued = new(path, FileMode.Open, FileAccess.Write, FileShare.Read);
                continued.SetLength(content.Length);
                continued.Seek(0, SeekOrigin.End);
                return new StudyJournal<TSettings, TUnit>(continued, settings, units, content);
            }
        }

        // The first line is written completely or not at all, so the file is a valid journal at any time.
        AtomicFile.WriteText(path, Line("", HeaderOf(settings)));
        FileStream created = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        return new StudyJournal<TSettings, TUnit>(created, settings, units, content);
    }

    /// <summary>Adds a finished unit. Any thread may call it.</summary>
    /// <param name="finished">The unit.</param>
    /// <exception cref="ArgumentException">The study has no such unit.</exception>
    public void Append(TUnit finished)
    {
        long number = units.NumberOf(finished) ?? throw new ArgumentException($"The study has no unit {finished}.", nameof(finished));
        string unit = string.Create(CultureInfo.InvariantCulture, $"\"unit\":{number},");
        byte[] line = Encoding.UTF8.GetBytes(Line(settingsSum, unit + ResultsJson.WriteLine(finished)[1..]));
        lock (appending)
        {
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Reads a journal.</summary>
    /// <param name="stream">Its bytes.</param>
    /// <param name="path">Its name for messages.</param>
    /// <param name="settings">The settings that it must have.</param>
    /// <param name="units">The units of the study.</param>
    /// <exception cref="UsageException">It has other settings, or comes from an earlier version.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message names the line.</exception>
    internal static Content Read(Stream stream, string path, TSettings settings, JournalUnits<TUnit> units)
    {
        const string Remedy = "remove the line to have its unit tested again, or leave --resume out to start over";
        LineReader lines = new(stream, path, LongestLine);
        List<TUnit> finished = [];
        Dictionary<long, (int Line, string Text)> seen = [];
        List<string> notes = [];
        string header = HeaderOf(settings), settingsSum = SumOf("", header);
        long whole = 0;
        while (lines.Next() is { } text)
        {
            whole = lines.Position;
            if (lines.Number == 1)
            {
                CheckHeader(text, path, header, settings, units.EarlierStart);
                continue;
            }

            string? content = Utf8.IsValid(text.Span) ? ContentOf(Encoding.UTF8.GetString(text.Span), settingsSum) : null;
            if (content is null)
                throw new InvalidDataException(
                    $"Line {lines.Number} of {path}, at byte {whole - text.Length - 1}, does not have the checksum that it claims: it was changed, or "
                        + $"belongs to another study; {Remedy}.");
            (long unit, TUnit found) = Parse(content, path, lines.Number, units, Remedy);
            if (!seen.TryAdd(unit, (lines.Number, content)))
            {
                if (seen[unit].Text != content)
                    throw new InvalidDataException(
                        $"Line {lines.Number} of {path} says something else of unit {unit} than line {seen[unit].Line}; remove one of them, or leave "
                            + $"--resume out to start over.");
                notes.Add($"Line {lines.Number} of {path} repeats line {seen[unit].Line}; it counts once.");
                continue;
            }

            finished.Add(found);
        }

        if (lines.Torn > 0)
            notes.Add($"The last line of {path} was not written to its end ({lines.Torn} bytes); it is dropped, and its unit tested again.");
        return new Content(finished, whole, notes);
    }

    /// <summary>A line of a study's journal, with its checksum and line break.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="content">The content after the checksum.</param>
    internal static string LineOf(TSettings settings, string content) => Line(SumOf("", HeaderOf(settings)), content);

    private static void CheckHeader(ReadOnlyMemory<byte> text, string path, string header, TSettings settings, string? earlierStart)
    {
        string line = Utf8.IsValid(text.Span) ? Encoding.UTF8.GetString(text.Span) : "";
        if (earlierStart is not null && line.StartsWith(earlierStart, StringComparison.Ordinal))
            throw new UsageException(
                $"{path} was written by an earlier version, without checksums, and is not continued; leave --resume out to start over, or name another "
                    + $"folder by --out.");
        string? written = ContentOf(line, "");
        if (written == header)
            return;
        if (written is null || !written.StartsWith(Settings, StringComparison.Ordinal))
            throw new InvalidDataException(
                $"Line 1 of {path} is no line of settings with its checksum: it was changed, or the file is no journal; leave --resume out to start over, "
                    + $"or name another folder by --out.");
        throw new UsageException(
            $"{path} was written with other settings: "
                + $"{SettingsDifference.Between(written[Settings.Length..^1], ResultsJson.WriteLine(settings))}. Give the same ones, another --out, or "
                + $"leave --resume out to start over.");
    }

    private static (long Number, TUnit Unit) Parse(string content, string path, int number, JournalUnits<TUnit> units, string remedy)
    {
        try
        {
            string text = "{" + content;
            TUnit unit = ResultsJson.Read<TUnit>(text);
            if (units.NumberOf(unit) is { } place && units.IsPossible(unit) && place == ResultsJson.Read<UnitLine>(text).Unit)
                return (place, unit);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"Line {number} of {path} is no finished unit ({Excerpt.Of(problem.Message, 160)}); {remedy}.", problem);
        }

        throw new InvalidDataException($"Line {number} of {path} is no unit of this study, or its counts cannot be; {remedy}.");
    }

    private static string Settings { get; } = string.Create(CultureInfo.InvariantCulture, $"\"journal\":{Version},\"settings\":");

    private static string HeaderOf(TSettings settings) => Settings + ResultsJson.WriteLine(settings) + "}";

    private static string Line(string settingsSum, string content) => $"{BeforeSum}{SumOf(settingsSum, content)}{AfterSum}{content}\n";

    // The content after the checksum of a line; null if the checksum is wrong.
    private static string? ContentOf(string line, string settingsSum)
    {
        int start = BeforeSum.Length + SumDigits + AfterSum.Length;
        return line.Length > start && line.StartsWith(BeforeSum, StringComparison.Ordinal)
            && string.CompareOrdinal(line, BeforeSum.Length + SumDigits, AfterSum, 0, AfterSum.Length) == 0
            && line.AsSpan(BeforeSum.Length, SumDigits).SequenceEqual(SumOf(settingsSum, line[start..]))
            ? line[start..]
            : null;
    }

    private static string SumOf(string settingsSum, string content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settingsSum + content)).AsSpan(0, SumDigits / 2));

    /// <summary>The content of a journal.</summary>
    /// <param name="Finished">The finished units.</param>
    /// <param name="Length">The number of bytes up to the end of the last complete line.</param>
    /// <param name="Notes">The dropped data, in sentences.</param>
    internal sealed record Content(IReadOnlyList<TUnit> Finished, long Length, IReadOnlyList<string> Notes);

    private sealed record UnitLine(long Unit);
}
