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
    public const string FileName = StudyFiles.JournalName;


    private readonly Lock appending = new();
    private readonly FileStream file;
    private readonly JournalUnits<TUnit> units;
    private readonly string settingsSum;

    private StudyJournal(FileStream file, JournalHeader header, JournalUnits<TUnit> units, Content content)
    {
        this.file = file;
        this.units = units;
        settingsSum = JournalLine.SumOf("", header.Content);
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
    /// <param name="origin">Where its units come from.</param>
    /// <param name="units">The units of the study.</param>
    /// <param name="resume">Whether to continue an existing journal; otherwise it is overwritten.</param>
    /// <exception cref="UsageException">The existing journal has other settings or another origin, or an earlier version wrote it.</exception>
    /// <exception cref="InvalidDataException">The existing journal is damaged; the message names the line.</exception>
    public static StudyJournal<TSettings, TUnit> Open(string folder, TSettings settings, JournalOrigin origin, JournalUnits<TUnit> units,
        bool resume)
    {
        JournalHeader header = HeaderOf(settings, origin);
        string path = Path.Combine(folder, FileName);
        Content content = new([], 0, [], null);
        if (resume && File.Exists(path))
        {
            using (FileStream there = File.OpenRead(path))
                content = Read(there, path, header, units);
            if (content.Length > 0)
            {
                FileStream continued = new(path, FileMode.Open, FileAccess.Write, FileShare.Read);
                continued.SetLength(content.Length);
                continued.Seek(0, SeekOrigin.End);
                return new StudyJournal<TSettings, TUnit>(continued, header, units, content);
            }
        }

        // The first line is written completely or not at all, so the file is a valid journal at any time.
        AtomicFile.WriteText(path, JournalLine.Of("", header.Content));
        FileStream created = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        return new StudyJournal<TSettings, TUnit>(created, header, units, content);
    }

    /// <summary>Adds a finished unit. Any thread may call it.</summary>
    /// <param name="finished">The unit.</param>
    /// <exception cref="ArgumentException">The study has no such unit.</exception>
    public void Append(TUnit finished) => AppendAll([finished]);

    /// <summary>Adds finished units, brought to the disk together. Any thread may call it.</summary>
    /// <param name="finished">The units.</param>
    /// <exception cref="ArgumentException">The study has no such unit.</exception>
    public void AppendAll(IReadOnlyCollection<TUnit> finished)
    {
        byte[][] lines = [.. finished.Select(LineOf)];
        lock (appending)
        {
            foreach (byte[] line in lines)
                file.Write(line);
            file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>The first line of a journal of these settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="origin">Where its units come from.</param>
    internal static JournalHeader HeaderOf(TSettings settings, JournalOrigin origin) => new(origin, ResultsJson.WriteLine(settings));

    /// <summary>Reads a journal.</summary>
    /// <param name="stream">Its bytes.</param>
    /// <param name="path">Its name for messages.</param>
    /// <param name="asked">The first line that it must have.</param>
    /// <param name="units">The units of the study.</param>
    /// <exception cref="UsageException">It has other settings or another origin, or an earlier version wrote it.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message names the line.</exception>
    internal static Content Read(Stream stream, string path, JournalHeader asked, JournalUnits<TUnit> units)
    {
        const string Remedy = "remove the line to have its unit tested again, or leave --resume out to start over";
        LineReader lines = new(stream, path, JournalLine.Longest);
        List<TUnit> finished = [];
        Dictionary<long, (int Line, string Text)> seen = [];
        List<string> notes = [];
        string? repeat = null;
        string settingsSum = JournalLine.SumOf("", asked.Content);
        long whole = 0;
        while (lines.Next() is { } text)
        {
            whole = lines.Position;
            if (lines.Number == 1)
            {
                CheckHeader(text, path, asked);
                continue;
            }

            string? content = Utf8.IsValid(text.Span) ? JournalLine.ContentOf(Encoding.UTF8.GetString(text.Span), settingsSum) : null;
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
                repeat = $"Line {lines.Number} of {path} repeats line {seen[unit].Line}; it counts once.";
                notes.Add(repeat);
                continue;
            }

            finished.Add(found);
        }

        if (lines.Torn > 0)
            notes.Add($"The last line of {path} was not written to its end ({lines.Torn} bytes); it is dropped, and its unit tested again.");
        return new Content(finished, whole, notes, repeat);
    }

    /// <summary>A line of a study's journal, with its checksum and line break.</summary>
    /// <param name="header">The journal's first line.</param>
    /// <param name="content">The content after the checksum.</param>
    internal static string LineOf(JournalHeader header, string content) => JournalLine.Of(JournalLine.SumOf("", header.Content), content);

    private static void CheckHeader(ReadOnlyMemory<byte> text, string path, JournalHeader asked)
    {
        JournalHeader written = JournalHeader.Read(text, path, "leave --resume out to start over, or name another folder by --out");
        if (written.DifferenceFrom(asked) is { } difference)
            throw new UsageException(
                $"{path} was written with other settings: {difference}. Give the same ones, another --out, or leave --resume out to start over.");
    }

    private byte[] LineOf(TUnit finished)
    {
        long number = units.NumberOf(finished) ?? throw new ArgumentException($"The study has no unit {finished}.", nameof(finished));
        string unit = string.Create(CultureInfo.InvariantCulture, $"\"unit\":{number},");
        return Encoding.UTF8.GetBytes(JournalLine.Of(settingsSum, unit + ResultsJson.WriteLine(finished)[1..]));
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

    /// <summary>The content of a journal.</summary>
    /// <param name="Finished">The finished units.</param>
    /// <param name="Length">The number of bytes up to the end of the last complete line.</param>
    /// <param name="Notes">The dropped data, in sentences.</param>
    /// <param name="Repeat">A line that repeats another, in a sentence; null if none does.</param>
    internal sealed record Content(IReadOnlyList<TUnit> Finished, long Length, IReadOnlyList<string> Notes, string? Repeat);

    private sealed record UnitLine(long Unit);
}
