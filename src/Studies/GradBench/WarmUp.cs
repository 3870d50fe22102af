using System.Diagnostics;
using System.Text.Json;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench;

/// <summary>
/// Runs a module's functions on its samples until they get no faster, so that the first timed run is as fast as the later ones. .NET compiles a method quickly
/// first, and again with full optimisation in the background once it was called some thirty times.
/// </summary>
internal static class WarmUp
{
    private const int FewestRounds = 10;
    private const int MostRounds = 30;
    private const int SteadyRounds = 4;
    private const int RunsPerRound = 40;

    // A round is steady if no function has become faster by more than this.
    private const double Gain = 0.1;

    // Background compilation starts when no new method was called for a tenth of a second.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan MostPerFunction = TimeSpan.FromMilliseconds(50);

    /// <summary>Warms a module up.</summary>
    /// <param name="module">The module.</param>
    /// <param name="device">Where arrays are computed.</param>
    /// <param name="cancellation">Ends the warm-up.</param>
    public static void Of(Module module, Device device, CancellationToken cancellation)
    {
        (string Function, JsonElement Sample)[] cases =
            [.. module.Samples.SelectMany(sample => module.Functions.Select(function => (function, sample)))];
        TimeSpan[] fastest = [.. cases.Select(_ => TimeSpan.MaxValue)];
        for (int round = 0, steady = 0; round < MostRounds && (round < FewestRounds || steady < SteadyRounds); round++)
        {
            bool isSteady = true;
            for (int i = 0; i < cases.Length; i++)
            {
                TimeSpan time = Fastest(module, cases[i].Function, cases[i].Sample, device, cancellation);
                isSteady &= time > fastest[i] * (1 - Gain);
                fastest[i] = time < fastest[i] ? time : fastest[i];
            }

            steady = isSteady ? steady + 1 : 0;
            cancellation.WaitHandle.WaitOne(Pause);
        }
    }

    private static TimeSpan Fastest(Module module, string function, JsonElement sample, Device device, CancellationToken cancellation)
    {
        TimeSpan fastest = TimeSpan.MaxValue;
        long start = Stopwatch.GetTimestamp();
        using Computation computation = module.Prepare(function, sample, device);
        for (int run = 0; run < RunsPerRound && Stopwatch.GetElapsedTime(start) < MostPerFunction; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            computation.Run();
            TimeSpan time = Stopwatch.GetElapsedTime(begin);
            fastest = time < fastest ? time : fastest;
        }

        // Writing the output is not timed, but compiling it would disturb the runs of the next message.
        _ = JsonSerializer.Serialize(computation.Output, ProtocolJson.Options);
        return fastest;
    }
}
