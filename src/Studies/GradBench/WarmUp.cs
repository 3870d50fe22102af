using System.Diagnostics;
using System.Text.Json;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench;

/// <summary>
/// Runs a module's functions on its samples until the runtime has compiled them for speed, so that the first timed run is as fast as the later ones. .NET
/// compiles a method quickly first, and again with full optimisation in the background once it was called some thirty times.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 4;
    private const int RunsPerRound = 40;

    // Background compilation starts when no new method was called for a tenth of a second.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan MostPerSample = TimeSpan.FromMilliseconds(100);

    /// <summary>Warms a module up.</summary>
    /// <param name="module">The module.</param>
    /// <param name="device">Where arrays are computed.</param>
    /// <param name="cancellation">Ends the warm-up.</param>
    public static void Of(Module module, Device device, CancellationToken cancellation)
    {
        for (int round = 0; round < Rounds; round++)
        {
            foreach (JsonElement sample in module.Samples)
            {
                foreach (string function in module.Functions)
                    Run(module, function, sample, device, cancellation);
            }

            cancellation.WaitHandle.WaitOne(Pause);
        }
    }

    private static void Run(Module module, string function, JsonElement sample, Device device, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using Computation computation = module.Prepare(function, sample, device);
        for (int run = 0; run < RunsPerRound && Stopwatch.GetElapsedTime(start) < MostPerSample; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            computation.Run();
        }

        // Writing the output is not timed but would otherwise compile while the next message's runs are.
        _ = JsonSerializer.Serialize(computation.Output, ProtocolJson.Options);
    }
}
