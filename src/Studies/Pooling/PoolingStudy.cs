using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Pooling;

/// <summary>Tests networks and trains them, unit by unit on several threads. Results depend only on the settings.</summary>
/// <param name="settings">The settings.</param>
/// <param name="train">The training images, in the number given by the settings.</param>
/// <param name="test">The test images.</param>
/// <param name="threads">Units at a time; each computes on one thread.</param>
/// <param name="folder">The folder for checkpoints of training runs.</param>
internal sealed class PoolingStudy(PoolingSettings settings, ImageSet train, ImageSet test, int threads, string folder)
{
    /// <summary>The units to do; all by default.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Does the units that are not finished yet.</summary>
    /// <param name="finished">Units of an earlier run, which are not repeated.</param>
    /// <param name="resume">Whether training runs continue from their checkpoints.</param>
    /// <param name="report">Called for every finished unit, on the thread that finished it.</param>
    /// <param name="progress">Called with the part of a unit that was done since the last call, on any thread.</param>
    /// <param name="cancellation">Stops the study; finished units have been reported.</param>
    public void Run(IReadOnlyCollection<PoolingUnit> finished, bool resume, Action<PoolingUnit> report, Action<double> progress,
        CancellationToken cancellation)
    {
        HashSet<long> done = [.. finished.Select(unit => PoolingUnit.Of(settings).NumberOf(unit)!.Value)];
        Func<CancellationToken, PoolingUnit>[] units =
            [.. Units(resume, progress).Where(unit => Shard.Has(unit.Number) && !done.Contains(unit.Number)).Select(unit => unit.Work)];
        new UnitWorkers(threads).Run<Func<CancellationToken, PoolingUnit>, IDisposable>(units, _ => null, (_, unit, stopped) => report(unit(stopped)),
            cancellation);
    }

    private IEnumerable<(long Number, Func<CancellationToken, PoolingUnit> Work)> Units(bool resume, Action<double> progress)
    {
        foreach (int precision in settings.Precisions)
        {
            for (int network = 0; network < settings.Networks; network++)
            {
                int index = network;
                yield return (settings.UnitOfNetwork(precision, network)!.Value, stopped => (Precision)precision switch
                {
                    Precision.Half => Test<Half>(precision, index, progress, stopped),
                    Precision.Single => Test<float>(precision, index, progress, stopped),
                    _ => Test<double>(precision, index, progress, stopped),
                });
            }
        }

        if (settings.Epochs == 0)
            yield break;
        // The seeds go round first, so that a study that is stopped has whole rows.
        for (int run = 0; run < settings.Runs; run++)
        {
            foreach (int precision in settings.Precisions)
            {
                foreach (double beta in settings.TrainedBetas)
                {
                    int index = run;
                    long number = settings.UnitOfRun(precision, beta, run)!.Value;
                    yield return (number, stopped => (Precision)precision switch
                    {
                        Precision.Half => Train<Half>(precision, beta, index, number, resume, progress, stopped),
                        Precision.Single => Train<float>(precision, beta, index, number, resume, progress, stopped),
                        _ => Train<double>(precision, beta, index, number, resume, progress, stopped),
                    });
                }
            }
        }
    }

    private PoolingUnit Test<T>(int precision, int network, Action<double> progress, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        using Device device = Device.Cpu(1);
        using PoolingTest<T> test = new(settings, train, device);
        double part = 1.0 / (((settings.Samples - 1) / settings.Batch) + 1);
        PoolingOutcome outcome = test.Test(network, _ => progress(part), cancellation);
        return new PoolingUnit(precision, network, Stopwatch.GetElapsedTime(start).TotalSeconds) { Outcome = outcome };
    }

    private PoolingUnit Train<T>(int precision, double beta, int run, long number, bool resume, Action<double> progress, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        string place = Path.Combine(folder, "runs", $"{number}");
        Directory.CreateDirectory(place);
        TrainSettings training = settings.Training(precision, beta, run);
        using TrainStudy<T> study = new(training, train, test, Device.Cpu(1));
        List<EpochResult> epochs = [];
        string? diverged = null;
        double told = 0;
        try
        {
            study.Run(
                place,
                resume,
                finished =>
                {
                    epochs = [.. finished];
                    Tell((double)epochs.Count / settings.Epochs);
                },
                step => Tell((step.Epoch - 1 + ((double)step.Step / step.Steps)) / settings.Epochs),
                cancellation);
        }
        catch (ArithmeticException reason)
        {
            diverged = reason.Message;
            Tell(1);
        }

        return new PoolingUnit(precision, run, Stopwatch.GetElapsedTime(start).TotalSeconds)
        {
            Run = new PooledRun(beta, [.. epochs.Select(epoch => epoch.TestAccuracy)], [.. epochs.Select(epoch => epoch.TrainLoss)], diverged),
        };

        void Tell(double part)
        {
            progress(part - told);
            told = part;
        }
    }
}
