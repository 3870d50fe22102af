using System.Collections.Concurrent;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.ExceptionServices;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Volume;

/// <summary>Tests random networks block by block, on several threads. What a network does depends on the settings alone.</summary>
/// <param name="settings">The settings.</param>
/// <param name="images">The training images, as many as the settings say.</param>
/// <param name="compute">Where, and how many threads test networks.</param>
internal sealed class VolumeStudy(VolumeSettings settings, ImageSet images, ComputeDevice compute)
{
    /// <summary>Which mini-batches get their two reverse passes.</summary>
    public BifurcationProcedure Procedure { get; init; } = BifurcationProcedure.ExactZerosFirst;

    /// <summary>Tests what is not yet finished.</summary>
    /// <param name="finished">Blocks of an earlier run, which are not repeated.</param>
    /// <param name="report">Told of every block when it is finished, on the thread that finished it.</param>
    /// <param name="cancellation">Stops the study; finished blocks have been reported.</param>
    public void Run(IReadOnlyCollection<FinishedBlock> finished, Action<FinishedBlock> report, CancellationToken cancellation)
    {
        HashSet<(RowKey, int)> done = [.. finished.Select(block => (block.Row, block.Block))];
        foreach (int precision in settings.Precisions)
        {
            Unit[] units = [.. Units(precision).Where(unit => !done.Contains((unit.Row, unit.Block)))];
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
            for (int first = 0; first < settings.Networks; first += FinishedBlock.Networks)
                yield return new Unit(row, first / FinishedBlock.Networks, first, Math.Min(FinishedBlock.Networks, settings.Networks - first));
        }
    }

    private void Run<T>(Unit[] units, Action<FinishedBlock> report, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // One thread inside a kernel: the networks run side by side instead.
        using Device device = compute.Open(1);
        NDArray<T> pixels = images.PixelsOn<T>(device);
        NDArray<int> labels = images.LabelsOn(device);
        Dictionary<int, LiveColumns<T>>? live = device.RunsAhead ? null : units.Select(unit => unit.Row.Batch).Distinct().ToDictionary(batch => batch, batch => new LiveColumns<T>(device, pixels, batch));
        ConcurrentQueue<Unit> queue = new(units);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;

        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested && queue.TryDequeue(out Unit unit))
                    report(Test(device, unit, pixels, live?[unit.Row.Batch], labels, stop.Token));
            }
            catch (OperationCanceledException)
            {
                // The unit in flight is lost; it is done again on resumption.
            }
            catch (Exception problem)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(problem), null);
                stop.Cancel();
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Math.Min(compute.Threads, units.Length)).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        failure?.Throw();
    }

    private FinishedBlock Test<T>(Device device, in Unit unit, in NDArray<T> pixels, LiveColumns<T>? live, in NDArray<int> labels, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        using BifurcationTest<T> test = new(device, pixels.Shape[1], images.Classes, unit.Row.Depth, unit.Row.Width);
        NetworkOutcome outcome = default;
        for (int network = unit.First; network < unit.First + unit.Count; network++)
            outcome += test.Test(settings.Seed, network, pixels, live, labels, unit.Row.Batch, Procedure, cancellation);
        return new FinishedBlock(unit.Row, unit.Block, outcome, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private readonly record struct Unit(RowKey Row, int Block, int First, int Count);
}
