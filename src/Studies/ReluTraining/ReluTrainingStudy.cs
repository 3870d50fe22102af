using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>Trains networks with several slopes of relu at 0, unit by unit on several threads. Results depend only on the settings.</summary>
/// <param name="settings">The settings.</param>
/// <param name="train">The training images, in the number given by the settings.</param>
/// <param name="test">The test images.</param>
/// <param name="threads">Units at a time; each computes on one thread.</param>
internal sealed class ReluTrainingStudy(ReluTrainingSettings settings, ImageSet train, ImageSet test, int threads)
{
    /// <summary>Does the units that are not finished yet.</summary>
    /// <param name="finished">Units of an earlier run, which are not repeated.</param>
    /// <param name="report">Called for every finished unit, on the thread that finished it.</param>
    /// <param name="progress">Called with the part of a unit that was done since the last call, on any thread.</param>
    /// <param name="cancellation">Stops the study; finished units have been reported.</param>
    public void Run(IReadOnlyCollection<ReluUnit> finished, Action<ReluUnit> report, Action<double> progress, CancellationToken cancellation)
    {
        HashSet<long> done = [.. finished.Select(unit => ReluUnit.Of(settings).NumberOf(unit)!.Value)];
        // The seeds go round first, so that a study that is stopped has whole rows.
        (NetworkName Network, int Precision, int Run)[] units = [.. from run in Enumerable.Range(0, settings.Runs)
            from network in settings.Networks
            from precision in settings.Precisions
            where !done.Contains(settings.UnitOf(network, precision, run)!.Value)
            select (network, precision, run)];
        new UnitWorkers(threads).Run<(NetworkName Network, int Precision, int Run), IDisposable>(units, _ => null,
            (_, unit, stopped) => report((Precision)unit.Precision switch
            {
                Precision.Half => Train<Half>(unit.Network, unit.Precision, unit.Run, progress, stopped),
                Precision.Single => Train<float>(unit.Network, unit.Precision, unit.Run, progress, stopped),
                _ => Train<double>(unit.Network, unit.Precision, unit.Run, progress, stopped),
            }), cancellation);
    }

    private ReluUnit Train<T>(NetworkName network, int precision, int run, Action<double> progress, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        using Device device = Device.Cpu(1);
        using ForkedTraining<T> training = new(settings, network, precision, run, train, test, device);
        IReadOnlyList<ReluRun> runs = training.Run(progress, cancellation);
        return new ReluUnit(network, precision, run, Stopwatch.GetElapsedTime(start).TotalSeconds, runs);
    }
}
