using System.Text.Json;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// The finished blocks of a study, one line each after a line with the settings. A line counts once its line break is on the file, so that
/// a kill in the middle of a write loses that line and no other.
/// </summary>
internal sealed class VolumeJournal : IDisposable
{
    public const string FileName = "journal.jsonl";

    private readonly Lock appending = new();
    private readonly FileStream file;

    private VolumeJournal(FileStream file, IReadOnlyList<FinishedBlock> finished)
    {
        this.file = file;
        Finished = finished;
    }

    /// <summary>What was finished when the journal was opened.</summary>
    public IReadOnlyList<FinishedBlock> Finished { get; }

    /// <summary>Opens the journal of a folder: a new one, or what is there.</summary>
    /// <param name="folder">The folder for results, which exists.</param>
    /// <param name="settings">The settings of this run.</param>
    /// <param name="resume">Whether to continue what is there; otherwise it is overwritten.</param>
    /// <exception cref="InvalidOperationException">What is there has other settings.</exception>
    /// <exception cref="InvalidDataException">What is there is no journal.</exception>
    public static VolumeJournal Open(string folder, VolumeSettings settings, bool resume)
    {
        string path = Path.Combine(folder, FileName);
        string header = ResultsJson.WriteLine(settings);
        if (resume && File.Exists(path))
        {
            string text = File.ReadAllText(path);
            // What follows the last line break was being written when the process ended.
            string whole = text[..(text.LastIndexOf('\n') + 1)];
            if (whole.Length > 0)
                return Continue(path, header, whole);
        }

        FileStream created = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        VolumeJournal journal = new(created, []);
        journal.WriteLine(header);
        return journal;
    }

    /// <summary>Adds a finished block. Any thread may call it.</summary>
    /// <param name="block">The block.</param>
    public void Append(FinishedBlock block)
    {
        lock (appending)
            WriteLine(ResultsJson.WriteLine(block));
    }

    public void Dispose() => file.Dispose();

    private static VolumeJournal Continue(string path, string header, string whole)
    {
        string[] lines = whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines[0] != header)
        {
            throw new InvalidOperationException(
                $"{path} was written with other settings ({lines[0]}) than these ({header}); give the same ones, another --out, or leave --resume out to start over.");
        }

        List<FinishedBlock> finished = [];
        for (int line = 1; line < lines.Length; line++)
        {
            try
            {
                finished.Add(ResultsJson.Read<FinishedBlock>(lines[line]));
            }
            catch (JsonException problem)
            {
                throw new InvalidDataException($"Line {line + 1} of {path} is not a finished block; remove the file, or leave --resume out to start over.", problem);
            }
        }

        FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.SetLength(System.Text.Encoding.UTF8.GetByteCount(whole));
        file.Seek(0, SeekOrigin.End);
        return new VolumeJournal(file, finished);
    }

    private void WriteLine(string line)
    {
        file.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        file.Flush(flushToDisk: true);
    }
}
