using System.Globalization;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>Trains networks with several slopes of relu at 0, unit by unit on several threads. Results depend only on the settings.</summary>
/// <param name="settings">The settings.</param>
/// <param name="train">The training images, in the number given by the settings.</param>
/// <param name="test">The test images.</param>
/// <param name="threads">Units at a time; each computes on one thread.</param>
/// <param name="folder">The folder for results, whose subfolder keeps the checkpoints of units that are not finished.</param>
internal sealed class ReluTrainingStudy(ReluTrainingSettings settings, ImageSet train, ImageSet test, int threads, string folder)
{
    /// <summary>The subfolder of checkpoints.</summary>
    public const string CheckpointFolder = "checkpoints";

    /// <summary>The units to do; all by default.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    private string Checkpoints => Path.Combine(folder, CheckpointFolder);

    /// <summary>Prepares the subfolder of checkpoints, once before the units are begun.</summary>
    /// <param name="resume">Whether units continue from their checkpoints; otherwise checkpoints that are there are removed.</param>
    public void Prepare(bool resume)
    {
        if (!resume && Directory.Exists(Checkpoints))
            Directory.Delete(Checkpoints, recursive: true);
        Directory.CreateDirectory(Checkpoints);
        AtomicFile.RemoveUnfinished(Checkpoints);
    }

    /// <summary>Removes what a kill left between a unit's line in the journal and the removal of its checkpoint, once after all units have ended.</summary>
    /// <param name="finished">Units of an earlier run.</param>
    public void RemoveCheckpoints(IEnumerable<ReluUnit> finished)
    {
        foreach (ReluUnit unit in finished)
            File.Delete(Path.Combine(Checkpoints, FileOf(ReluUnit.Of(settings).NumberOf(unit)!.Value)));
        if (!Directory.EnumerateFileSystemEntries(Checkpoints).Any())
            Directory.Delete(Checkpoints);
    }

    /// <summary>Does the units that are not finished yet.</summary>
    /// <param name="work">What it does them with.</param>
    /// <param name="resume">Whether units continue from their checkpoints.</param>
    /// <param name="cancellation">Stops the study; finished units have been reported.</param>
    public void Run(UnitWork<ReluUnit> work, bool resume, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Checkpoints);
        HashSet<long> done = [.. work.Finished.Select(unit => ReluUnit.Of(settings).NumberOf(unit)!.Value)];
        // The seeds go round first, so that a study that is stopped has whole rows.
        (StudiedNetwork Network, int Precision, int Run)[] units = [.. from run in Enumerable.Range(0, settings.Runs)
            from network in settings.Networks
            from precision in settings.Precisions
            let number = settings.UnitOf(network, precision, run)!.Value
            where Shard.Has(number) && !done.Contains(number)
            select (network, precision, run)];
        new UnitWorkers(threads, work.Dealer).Run<(StudiedNetwork Network, int Precision, int Run), IDisposable>(units, _ => null,
            (_, unit, stopped) =>
            {
                string checkpoint = Path.Combine(Checkpoints, FileOf(settings.UnitOf(unit.Network, unit.Precision, unit.Run)!.Value));
                work.Report((Precision)unit.Precision switch
                {
                    Precision.Half => Train<Half>(unit.Network, unit.Precision, unit.Run, checkpoint, resume, work.Progress, stopped),
                    Precision.Single => Train<float>(unit.Network, unit.Precision, unit.Run, checkpoint, resume, work.Progress, stopped),
                    _ => Train<double>(unit.Network, unit.Precision, unit.Run, checkpoint, resume, work.Progress, stopped),
                });
                File.Delete(checkpoint);
            }, cancellation);
    }

    /// <summary>The name of the checkpoint of a unit.</summary>
    /// <param name="unit">The number of the unit.</param>
    public static string FileOf(long unit) => string.Create(CultureInfo.InvariantCulture, $"unit-{unit}.safetensors");

    private ReluUnit Train<T>(StudiedNetwork network, int precision, int run, string checkpoint, bool resume, Action<double> progress,
        CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Device device = Device.Cpu(1);
        using ForkedTraining<T> training = new(settings, network, precision, run, train, test, device);
        (IReadOnlyList<ReluRun> runs, double seconds) = training.Run(checkpoint, resume, progress, cancellation);
        return new ReluUnit(network, precision, run, seconds, runs);
    }
}
