using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// Tests random networks on several threads, or a model of ONNX, on which all threads compute together because it may be large. The outcome of a network
/// depends only on the settings.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="images">The training images, in the number given by the settings.</param>
/// <param name="compute">The device and its threads.</param>
/// <param name="model">The model; null for networks of the program's own.</param>
internal sealed class KinkVolumeStudy(KinkVolumeSettings settings, ImageSet images, ComputeDevice compute,
    (ModelSource Source, ModelImages Images)? model = null)
{
    private readonly KinkVolumeSettings settings = settings;
    private readonly ImageSet images = images;
    private readonly (ModelSource Source, ModelImages Images)? model = model;

    /// <summary>The units to do; all by default.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Hands out the units; all are this process's if null.</summary>
    public IUnitDealer? Dealer { get; init; }

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
            let number = settings.UnitOf(precision, network)!.Value
            where Shard.Has(number) && !done.Contains(number)
            select (precision, network)];
        double part = settings.IsByBatch ? 1 : 1.0 / settings.After[^1];
        new UnitWorkers(model is null ? compute.Threads : 1, Dealer).Run<(int Precision, int Network), Worker>(
            units,
            _ => new Worker(this, model is null ? compute.Open(1) : compute.Open()),
            (worker, unit, stopped) => report(worker!.Of((Precision)unit.Precision).Test(unit.Network, false, () => progress(part), stopped)),
            cancellation);
    }

    // A device, and the tests in the precision that it is at.
    private sealed class Worker(KinkVolumeStudy study, Device device) : IDisposable
    {
        private Precision at;
        private IKinkZoneTest? test;

        public IKinkZoneTest Of(Precision precision)
        {
            if (test is not null && at == precision)
                return test;
            test?.Dispose();
            at = precision;
            return test = precision switch
            {
                Precision.Half => new KinkZoneTest<Half>(study.settings, study.images, device, study.model),
                Precision.Single => new KinkZoneTest<float>(study.settings, study.images, device, study.model),
                _ => new KinkZoneTest<double>(study.settings, study.images, device, study.model),
            };
        }

        public void Dispose()
        {
            test?.Dispose();
            device.Dispose();
        }
    }
}
