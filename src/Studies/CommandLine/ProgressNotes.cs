using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The progress of a study with the time that is left, such as "runs, 42 %, about 3 min left", on a <see cref="StatusLine"/>.</summary>
internal sealed class ProgressNotes : IDisposable
{
    private readonly Lock changing = new();
    private readonly StatusLine line;
    private readonly double total;
    private readonly string stage;
    private string what;
    private double before;
    private double now;
    private long start = Stopwatch.GetTimestamp();

    /// <summary>Begins.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="what">What is counted, in a few words.</param>
    /// <param name="total">The number of units.</param>
    /// <param name="done">Units that are finished at the start.</param>
    public ProgressNotes(Terminal terminal, string what, double total, double done = 0)
    {
        (stage, this.what, this.total, before, now) = (what, what, total, done, done);
        line = new StatusLine(terminal, Tell);
    }

    /// <summary>Adds the part of a unit that was done since the last call. Any thread may call it.</summary>
    /// <param name="part">The part.</param>
    public void Add(double part)
    {
        lock (changing)
            now += part;
    }

    /// <summary>Says that units of an earlier run turned out to be finished, which took no time.</summary>
    /// <param name="done">Their number.</param>
    public void Begin(double done)
    {
        lock (changing)
            (before, now, start) = (done, done, Stopwatch.GetTimestamp());
    }

    /// <summary>Changes the words of the line. Any thread may call it.</summary>
    /// <param name="words">What is done, in a few words.</param>
    public void Describe(string words)
    {
        lock (changing)
            what = words;
    }

    public void Dispose() => line.Dispose();

    private (string Stage, string Text) Tell()
    {
        lock (changing)
            return (stage, Line(what, now / total, (now - before) / total, Stopwatch.GetElapsedTime(start)));
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
