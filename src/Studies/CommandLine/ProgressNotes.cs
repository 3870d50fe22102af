using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>
/// The progress of a study with the time that is left: a bar in a terminal; elsewhere a line on the error stream every two seconds, such as
/// "runs, 42 %, about 3 min left".
/// </summary>
internal static class ProgressNotes
{
    private const int Interval = 2000;

    /// <summary>Does work and tells its progress.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="console">Where tables are written.</param>
    /// <param name="what">What is counted, in a few words.</param>
    /// <param name="total">The number of units.</param>
    /// <param name="done">Units that are finished at the start.</param>
    /// <param name="work">The work; it takes an action to call with the part of a unit that was done since the last call, on any thread.</param>
    public static void Run(Terminal terminal, IAnsiConsole console, string what, double total, double done, Action<Action<double>> work)
    {
        if (console.Profile.Out.IsTerminal)
        {
            console.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(progress =>
                {
                    ProgressTask task = progress.AddTask(what, maxValue: total);
                    task.Increment(done);
                    work(task.Increment);
                });
            return;
        }

        Lock writing = new();
        double now = done;
        bool isOver = false;
        long start = Stopwatch.GetTimestamp();
        using Timer timer = new(_ =>
        {
            lock (writing)
            {
                if (isOver)
                    return;
                terminal.Error.WriteLine(Line(what, now / total, (now - done) / total, Stopwatch.GetElapsedTime(start)));
                terminal.Error.Flush();
            }
        }, null, Interval, Interval);
        try
        {
            work(part =>
            {
                lock (writing)
                    now += part;
            });
        }
        finally
        {
            lock (writing)
                isOver = true;
        }
    }

    /// <summary>A line.</summary>
    /// <param name="what">What is counted.</param>
    /// <param name="share">The share done.</param>
    /// <param name="ownShare">The share done since the start of this process.</param>
    /// <param name="elapsed">The time since then.</param>
    internal static string Line(string what, double share, double ownShare, TimeSpan elapsed)
    {
        string percent = string.Create(CultureInfo.InvariantCulture, $"{what}, {Math.Floor(100 * Math.Clamp(share, 0, 1)):0} %");
        if (!(ownShare > 0))
            return percent;
        double seconds = Math.Max(0, (1 - share) / ownShare * elapsed.TotalSeconds);
        return seconds switch
        {
            < 90 => string.Create(CultureInfo.InvariantCulture, $"{percent}, about {seconds:0} s left"),
            < 5400 => string.Create(CultureInfo.InvariantCulture, $"{percent}, about {seconds / 60:0} min left"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{percent}, about {seconds / 3600:0.0} h left"),
        };
    }
}
