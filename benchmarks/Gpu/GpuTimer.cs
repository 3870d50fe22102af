using System.Diagnostics;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Times work on a device. It waits for the device before and after each sample; a sample has several runs if one is short.</summary>
internal sealed record GpuTimer(int Repeats, double WarmUpSeconds, double SampleSeconds)
{
    private const int MaximumRuns = 1000;

    /// <summary>The median of the samples, in seconds per run.</summary>
    public double Measure(Device device, IGpuWork work)
    {
        work.Run();
        device.Synchronize();
        Stopwatch warming = Stopwatch.StartNew();
        double seconds;
        do
            seconds = Sample(device, work, 1);
        while (warming.Elapsed.TotalSeconds < WarmUpSeconds);
        int runs = Math.Clamp((int)(SampleSeconds / seconds), 1, MaximumRuns);
        double[] samples = new double[Repeats];
        for (int i = 0; i < Repeats; i++)
            samples[i] = Sample(device, work, runs);
        return Interleaved.Median(samples);
    }

    private static double Sample(Device device, IGpuWork work, int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
            work.Run();
        device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }
}
