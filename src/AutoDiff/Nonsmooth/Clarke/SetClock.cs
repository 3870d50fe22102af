using System.Diagnostics;

namespace ConservativeAD.Nonsmooth;

/// <summary>The time that a search for a set may take, and the wish to cancel it.</summary>
/// <param name="limit">The time; null for no limit.</param>
/// <param name="cancellation">The wish to cancel.</param>
internal sealed class SetClock(TimeSpan? limit, CancellationToken cancellation)
{
    private readonly long began = Stopwatch.GetTimestamp();

    /// <summary>Whether the time is up.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public bool IsOver
    {
        get
        {
            cancellation.ThrowIfCancellationRequested();
            return limit is { } most && Stopwatch.GetElapsedTime(began) >= most;
        }
    }
}
