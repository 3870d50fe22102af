using System.Diagnostics;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Times work on a device: the device is waited for before and after each sample, which is several runs where one is short.</summary>
internal sealed record GpuTimer(int Repeats, double WarmUpSeconds, double SampleSeconds)
{
    private const int MostRuns = 1000;

    /// <summary>The median of the samples, in seconds a run.</summary>
    public double Measure(Device device, IGpuWork work)
    {
        work.Run();
        device.Synchronize();
        Stopwatch warming = Stopwatch.StartNew();
        double seconds;
        do
            seconds = Sample(device, work, 1);
        while (warming.Elapsed.TotalSeconds < WarmUpSeconds);
        int runs = Math.Clamp((int)(SampleSeconds / seconds), 1, MostRuns);
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
