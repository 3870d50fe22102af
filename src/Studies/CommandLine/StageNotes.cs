using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The stage that a command is at, and since when, on a <see cref="StatusLine"/>.</summary>
internal sealed class StageNotes : IDisposable
{
    private readonly Lock changing = new();
    private readonly StatusLine line;
    private string stage = "";
    private long start = Stopwatch.GetTimestamp();

    public StageNotes(Terminal terminal) => line = new StatusLine(terminal, Tell);

    /// <summary>Begins a stage.</summary>
    /// <param name="what">The stage, in a few words.</param>
    public void Begin(string what)
    {
        lock (changing)
            (stage, start) = (what, Stopwatch.GetTimestamp());
    }

    public void Dispose() => line.Dispose();

    private (string Stage, string Text) Tell()
    {
        lock (changing)
        {
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return (stage, seconds < 1 || stage.Length == 0 ? stage : string.Create(CultureInfo.InvariantCulture, $"{stage}, {seconds:0} s"));
        }
    }
}
