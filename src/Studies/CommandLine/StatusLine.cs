namespace ConservativeAD.Studies.CommandLine;

/// <summary>
/// Tells on the error stream what a command is doing, if it takes more than a second: in a terminal on one line that is rewritten every second and erased
/// later, elsewhere by a line every two seconds.
/// </summary>
internal sealed class StatusLine : IDisposable
{
    private const int Interval = 1000;
    private const int IntervalsOfFiles = 2;
    private const int Margin = 1;
    private const int LeastWidth = 10;

    private readonly Lock writing = new();
    private readonly TextWriter writer;
    private readonly Func<(string Stage, string Text)> tell;
    private readonly bool isTerminal;
    private readonly Timer timer;
    private string written = "";
    private int ticks;
    private bool isShown;
    private bool isDone;

    /// <summary>Begins.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="tell">The present stage and the line; no line while it is empty. A new stage is told at once. Called on any thread.</param>
    public StatusLine(Terminal terminal, Func<(string Stage, string Text)> tell)
    {
        writer = terminal.Error;
        this.tell = tell;
        isTerminal = terminal.Ranks is null && ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected;
        timer = new Timer(_ => Tell(), null, Interval, Interval);
    }

    public void Dispose()
    {
        lock (writing)
        {
            isDone = true;
            if (isShown)
                writer.Write("\r\e[K");
            isShown = false;
        }

        timer.Dispose();
    }

    private void Tell()
    {
        lock (writing)
        {
            if (isDone || tell() is not { Text.Length: > 0 } now)
                return;
            if (isTerminal)
            {
                int width = Math.Max(LeastWidth, Console.BufferWidth - Margin);
                writer.Write($"\r{(now.Text.Length > width ? now.Text[..width] : now.Text)}\e[K");
                isShown = true;
            }
            else if (now.Stage != written || ++ticks == IntervalsOfFiles)
            {
                writer.WriteLine(now.Text);
                ticks = 0;
            }

            written = now.Stage;
            writer.Flush();
        }
    }
}
