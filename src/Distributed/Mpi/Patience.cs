using System.Diagnostics;

namespace ConservativeAD.Distributed.Mpi;

/// <summary>
/// How a rank waits for others: at first it asks again at once, then it lets other threads of the machine go first, and when it has waited for long it sleeps
/// for a millisecond at a time. Ranks that share cores ask less often before they let others go, since those may be what they wait for.
/// </summary>
internal struct Patience
{
    private const int TurnsBetweenClocks = 64;
    private static readonly long Long = Stopwatch.Frequency / 50, Eager = Stopwatch.Frequency / 200, EagerOnSharedCores = Stopwatch.Frequency / 100_000;

    private int turns;
    private long began;
    private bool isEager;

    /// <summary>Whether there are more ranks on the machine than cores.</summary>
    public static bool SharesCores { get; set; }

    /// <summary>Waits a little before the next question.</summary>
    public void Wait()
    {
        if (began == 0)
            (began, isEager) = (Stopwatch.GetTimestamp(), true);
        if (isEager && ++turns % TurnsBetweenClocks != 0)
            return;
        long waited = Stopwatch.GetTimestamp() - began;
        isEager = waited < (SharesCores ? EagerOnSharedCores : Eager);
        if (isEager)
            return;
        if (waited < Long)
            Thread.Yield();
        else
            Thread.Sleep(1);
    }
}
