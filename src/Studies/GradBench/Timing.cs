using System.Diagnostics;

namespace ConservativeAD.Studies.GradBench;

/// <summary>How long one part of an answer took.</summary>
/// <param name="Name">The part: <c>prepare</c>, <c>evaluate</c> or <c>warm-up</c>.</param>
/// <param name="Nanoseconds">The time.</param>
internal sealed record Timing(string Name, long Nanoseconds)
{
    /// <summary>The time since a timestamp.</summary>
    /// <param name="name">The part.</param>
    /// <param name="start">A value of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static Timing Since(string name, long start) =>
        new(name, (long)((Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency)));
}
