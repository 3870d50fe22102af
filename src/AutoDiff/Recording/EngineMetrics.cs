using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ConservativeAD;

/// <summary>
/// The counters of the library, in the meter "ConservativeAD" of <see cref="System.Diagnostics.Metrics"/>. They cost nothing to speak of while nobody listens,
/// and are added per pass, never per operation. <c>dotnet-counters monitor --counters ConservativeAD</c> shows them.
/// </summary>
public static class EngineMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ConservativeAD";

    private static readonly Meter Meter = new(MeterName, typeof(EngineMetrics).Assembly.GetName().Version?.ToString());
    private static readonly Counter<long> Operations = Meter.CreateCounter<long>(
        "conservativead.tape.values", "{value}", "Recorded values, leaves included, counted when their tape is reset or disposed.");

    private static readonly Counter<long> Passes = Meter.CreateCounter<long>("conservativead.tape.passes", "{pass}", "Reverse passes over tapes of arrays.");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "conservativead.tape.pass.duration", "s", "The time of reverse passes over tapes of arrays, on the calling thread.");

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>(
        "conservativead.replay.runs", "{run}", "Runs of replays; the tag \"recorded\" says whether the program was recorded anew.");

    private static readonly Counter<long> Certificates = Meter.CreateCounter<long>(
        "conservativead.clarke.results", "{result}", "Clarke gradients and subdifferentials; the tag \"certified\" says whether they are certified.");

    // Boxed once, so that counting allocates nothing.
    private static readonly object True = true;
    private static readonly object False = false;

    /// <summary>The start of a pass; 0 if nobody listens.</summary>
    internal static long BeginPass() => Durations.Enabled ? Stopwatch.GetTimestamp() : 0;

    internal static void EndPass(long began)
    {
        Passes.Add(1);
        if (began != 0)
            Durations.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    internal static void CountValues(int count) => Operations.Add(count);

    internal static void CountRun(bool recorded) => Runs.Add(1, new KeyValuePair<string, object?>("recorded", recorded ? True : False));

    internal static void CountCertificate(bool certified) => Certificates.Add(1, new KeyValuePair<string, object?>("certified", certified ? True : False));
}
