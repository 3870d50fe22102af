using System.Diagnostics;

namespace ConservativeAD.Distributed.Mpi;

/// <summary>
/// How a rank waits for others: at first it asks again at once, then it lets other threads of the machine go first, and when it has waited for long it sleeps
/// for a millisecond at a time. Ranks that share a core so do not keep each other from working.
/// </summary>
internal struct Patience
{
    private const int EagerTurns = 200;
    private static readonly long Long = Stopwatch.Frequency / 50;

    private int turns;
    private long began;

    /// <summary>Waits a little before the next question.</summary>
    public void Wait()
    {
        if (++turns < EagerTurns)
            return;
        if (began == 0)
            began = Stopwatch.GetTimestamp();
        if (Stopwatch.GetTimestamp() - began < Long)
            Thread.Yield();
        else
            Thread.Sleep(1);
    }
}
