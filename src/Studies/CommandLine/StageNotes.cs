using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>
/// Reports on the error stream what a command is doing, if it takes more than a second: in a terminal on one line that is erased later, elsewhere by a line
/// every two seconds.
/// </summary>
internal sealed class StageNotes : IDisposable
{
    private const int Interval = 1000;
    private const int IntervalsOfFiles = 2;
    private const int Margin = 1;

    private readonly Lock writing = new();
    private readonly TextWriter writer;
    private readonly bool isTerminal;
    private readonly Timer timer;
    private string stage = "";
    private string written = "";
    private long start = Stopwatch.GetTimestamp();
    private int ticks;
    private bool isShown;
    private bool isDone;

    public StageNotes(Terminal terminal)
    {
        writer = terminal.Error;
        isTerminal = ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected;
        timer = new Timer(_ => Tell(), null, Interval, Interval);
    }

    /// <summary>Begins a stage.</summary>
    /// <param name="what">The stage, in a few words.</param>
    public void Begin(string what)
    {
        lock (writing)
        {
            stage = what;
            start = Stopwatch.GetTimestamp();
            ticks = 0;
        }
    }

    public void Dispose()
    {
        lock (writing)
        {
            isDone = true;
            Clear();
        }

        timer.Dispose();
    }

    private void Tell()
    {
        lock (writing)
        {
            if (isDone || stage.Length == 0)
                return;
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            string text = seconds < 1 ? stage : string.Create(CultureInfo.InvariantCulture, $"{stage}, {seconds:0} s");
            if (isTerminal)
            {
                int width = Math.Max(10, Console.BufferWidth - Margin);
                writer.Write($"\r{(text.Length > width ? text[..width] : text)}\e[K");
                isShown = true;
            }
            else if (ticks++ % IntervalsOfFiles == 0 || stage != written)
            {
                writer.WriteLine(text);
            }

            written = stage;
            writer.Flush();
        }
    }

    private void Clear()
    {
        if (isShown)
            writer.Write("\r\e[K");
        isShown = false;
    }
}
