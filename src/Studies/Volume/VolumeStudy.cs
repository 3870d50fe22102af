using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>Tests random networks block by block, on several threads. The outcome of a network depends only on the settings.</summary>
/// <param name="settings">The settings.</param>
/// <param name="images">The training images, in the number given by the settings.</param>
/// <param name="compute">The device, and the number of threads that test networks.</param>
internal sealed class VolumeStudy(VolumeSettings settings, ImageSet images, ComputeDevice compute)
{
    /// <summary>The mini-batches that get two reverse passes.</summary>
    public BifurcationProcedure Procedure { get; init; } = BifurcationProcedure.ExactZerosFirst;

    /// <summary>The units to do; all by default.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Hands out the units; all are this process's if null.</summary>
    public IUnitDealer? Dealer { get; init; }

    /// <summary>Called after each network with its part of a unit, on the thread that tested it.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>Tests the blocks that are not finished yet.</summary>
    /// <param name="finished">Blocks of an earlier run, which are not repeated.</param>
    /// <param name="report">Called for every finished block, on the thread that finished it.</param>
    /// <param name="cancellation">Stops the study; finished blocks have been reported.</param>
    public void Run(IReadOnlyCollection<FinishedBlock> finished, Action<FinishedBlock> report, CancellationToken cancellation)
    {
        HashSet<(RowKey, int)> done = [.. finished.Select(block => (block.Row, block.Block))];
        foreach (int precision in settings.Precisions)
        {
            Unit[] units = [.. Units(precision).Where(unit => Shard.Has(settings.UnitOf(unit.Row, unit.Block)) && !done.Contains((unit.Row, unit.Block)))];
            if (units.Length == 0 || cancellation.IsCancellationRequested)
                continue;
            switch ((Precision)precision)
            {
                case Precision.Half:
                    Run<Half>(units, report, cancellation);
                    break;
                case Precision.Single:
                    Run<float>(units, report, cancellation);
                    break;
                default:
                    Run<double>(units, report, cancellation);
                    break;
            }
        }
    }

    private IEnumerable<Unit> Units(int precision)
    {
        foreach (RowKey row in settings.RowKeys().Where(row => row.Precision == precision))
        {
            for (int block = 0; block < settings.BlocksOfRow(); block++)
                yield return new Unit(row, block, block * FinishedBlock.Networks, settings.NetworksOf(block));
        }
    }

    private void Run<T>(Unit[] units, Action<FinishedBlock> report, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Inputs<T> shared;
        try
        {
            // A kernel uses one thread, because the networks run in parallel instead. On a GPU, each worker has its own stream.
            shared = new Inputs<T>(compute.Open(1), images, units, cancellation);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        bool isInUse = false;
        try
        {
            // After Ctrl-C, workers in the middle of a large network are not waited for; the data that they read stays until the process ends.
            isInUse = !new UnitWorkers(compute.Threads, Dealer).Run(
                units,
                stopped => shared.Device.RunsAhead ? new Inputs<T>(compute.Open(1), images, units, stopped) : null,
                (own, unit, stopped) => report(Test(own ?? shared, unit, stopped)),
                cancellation);
        }
        finally
        {
            if (!isInUse)
                shared.Dispose();
        }
    }

    private FinishedBlock Test<T>(Inputs<T> inputs, in Unit unit, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        using BifurcationTest<T> test = new(inputs.Device, inputs.Pixels.Shape[1], images.Classes, unit.Row.Depth, unit.Row.Width,
            inputs.Screened?[(unit.Row.Batch, ScreenedImages<T>.LeavesZerosOut(unit.Row.Width))]);
        NetworkOutcome outcome = default;
        for (int network = unit.First; network < unit.First + unit.Count; network++)
        {
            outcome += test.Test(settings.Seed, network, inputs.Pixels, inputs.Labels, unit.Row.Batch, Procedure, cancellation);
            Progress?.Invoke(1.0 / unit.Count);
        }

        return new FinishedBlock(unit.Row, unit.Block, outcome, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    // The images on a device, which is disposed of with them.
    private sealed class Inputs<T> : IDisposable
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Inputs(Device device, ImageSet images, Unit[] units, CancellationToken cancellation)
        {
            Device = device;
            Pixels = images.PixelsOn<T>(device);
            Labels = images.LabelsOn(device);
            NDArray<T> pixels = Pixels;
            Screened = device.RunsAhead
                ? null
                : units.Select(unit => (unit.Row.Batch, ScreenedImages<T>.LeavesZerosOut(unit.Row.Width))).Distinct()
                .ToDictionary(kind => kind, kind => ScreenedImages<T>.Of(device, pixels, kind.Batch, kind.Item2, cancellation));
        }

        public Device Device { get; }

        public NDArray<T> Pixels { get; }

        public NDArray<int> Labels { get; }

        public Dictionary<(int Batch, bool LeavesZerosOut), ScreenedImages<T>>? Screened { get; }

        public void Dispose() => Device.Dispose();
    }

    private readonly record struct Unit(RowKey Row, int Block, int First, int Count);
}
