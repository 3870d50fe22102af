using System.Diagnostics;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>Measures two engines alternately, A B A B …, so that a change of the machine's speed affects both.</summary>
internal static class Interleaved
{
    private const int BootstrapRounds = 2000;
    private const double WarmUpSeconds = 0.6;
    private const double SampleSeconds = 0.02;

    // Threads of both engines keep spinning for some milliseconds after their last work (5 in libtorch's OpenMP), on cores that the other engine needs.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    public static Measurement Run(string name, IWorkload workload, int threads, int pairs, bool withPeer)
    {
        // Compared at the initial parameters, because after many steps some relu's argument will be so close to 0 that rounding decides its side.
        double? difference = withPeer ? workload.LargestDifference() : null;
        int oursRepeats = WarmUp(workload.Ours);
        int peerRepeats = withPeer ? WarmUp(workload.Peers) : 0;
        double[] ours = new double[pairs], peers = new double[pairs];
        for (int pair = 0; pair < pairs; pair++)
        {
            ours[pair] = TimeRested(workload.Ours, oursRepeats);
            if (withPeer)
                peers[pair] = TimeRested(workload.Peers, peerRepeats);
        }

        if (!withPeer)
            return new Measurement(name, threads, Median(ours), null, null, null, null, null);
        double[] ratios = [.. peers.Zip(ours, (p, o) => p / o)];
        (double low, double high) = Bootstrap(ratios);
        return new Measurement(name, threads, Median(ours), Median(peers), Median(ratios), low, high, difference);
    }

    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    // Runs long enough for the JIT to finish, and determines the number of runs per sample that the clock resolves well.
    private static int WarmUp(Action work)
    {
        Stopwatch watch = Stopwatch.StartNew();
        int runs = 0;
        while (watch.Elapsed.TotalSeconds < WarmUpSeconds || runs < 3)
        {
            work();
            runs++;
        }

        double seconds = Time(work, 1) / 1000;
        return Math.Clamp((int)(SampleSeconds / Math.Max(seconds, 1e-9)), 1, 100_000);
    }

    // Waits until the other engine's threads sleep, wakes this one's threads by a run that is not counted, and measures.
    private static double TimeRested(Action work, int repeats)
    {
        Thread.Sleep(Rest);
        work();
        return Time(work, repeats);
    }

    private static double Time(Action work, int repeats)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / repeats;
    }

    private static (double Low, double High) Bootstrap(double[] ratios)
    {
        Random random = new(12345);
        double[] medians = new double[BootstrapRounds];
        double[] sample = new double[ratios.Length];
        for (int round = 0; round < BootstrapRounds; round++)
        {
            for (int i = 0; i < sample.Length; i++)
                sample[i] = ratios[random.Next(ratios.Length)];
            medians[round] = Median(sample);
        }

        Array.Sort(medians);
        return (medians[(int)(0.025 * BootstrapRounds)], medians[(int)(0.975 * BootstrapRounds)]);
    }
}
