using System.Diagnostics;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>Work on several threads that start at once.</summary>
internal static class Simultaneous
{
    /// <summary>The seconds until the last thread is done.</summary>
    /// <param name="threads">The number of threads.</param>
    /// <param name="work">What each does, by its number.</param>
    public static double Seconds(int threads, Action<int> work)
    {
        if (threads == 1)
        {
            long alone = Stopwatch.GetTimestamp();
            work(0);
            return Stopwatch.GetElapsedTime(alone).TotalSeconds;
        }

        using Barrier start = new(threads);
        long[] from = new long[threads], to = new long[threads];
        Thread[] all = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            from[thread] = Stopwatch.GetTimestamp();
            work(thread);
            to[thread] = Stopwatch.GetTimestamp();
        }))];
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        return Stopwatch.GetElapsedTime(from.Min(), to.Max()).TotalSeconds;
    }
}
