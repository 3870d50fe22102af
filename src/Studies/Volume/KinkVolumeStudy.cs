using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Volume;

/// <summary>Tests random networks on several threads. The outcome of a network depends only on the settings.</summary>
/// <param name="settings">The settings.</param>
/// <param name="images">The training images, in the number given by the settings.</param>
/// <param name="threads">Networks at a time; each computes on one thread.</param>
internal sealed class KinkVolumeStudy(KinkVolumeSettings settings, ImageSet images, int threads)
{
    /// <summary>Tests the networks that are not finished yet.</summary>
    /// <param name="finished">Networks of an earlier run, which are not repeated.</param>
    /// <param name="report">Called for every finished network, on the thread that finished it.</param>
    /// <param name="progress">Called with the part of a network that was done since the last call, on any thread.</param>
    /// <param name="cancellation">Stops the study; finished networks have been reported.</param>
    public void Run(IReadOnlyCollection<KinkOutcome> finished, Action<KinkOutcome> report, Action<double> progress, CancellationToken cancellation)
    {
        HashSet<long> done = [.. finished.Select(outcome => settings.UnitOf(outcome.Precision, outcome.Network)!.Value)];
        (int Precision, int Network)[] units = [.. from precision in settings.Precisions
            from network in Enumerable.Range(0, settings.Networks)
            where !done.Contains(settings.UnitOf(precision, network)!.Value)
            select (precision, network)];
        new UnitWorkers(threads).Run<(int Precision, int Network), IDisposable>(units, _ => null, (_, unit, stopped) => report((Precision)unit.Precision switch
        {
            Precision.Half => Test<Half>(unit.Network, progress, stopped),
            Precision.Single => Test<float>(unit.Network, progress, stopped),
            _ => Test<double>(unit.Network, progress, stopped),
        }), cancellation);
    }

    private KinkOutcome Test<T>(int network, Action<double> progress, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Device device = Device.Cpu(1);
        using KinkZoneTest<T> test = new(settings, images, device);
        double part = 1.0 / settings.After[^1];
        return test.Test(network, false, () => progress(part), cancellation);
    }
}
