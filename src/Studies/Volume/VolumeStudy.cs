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
        // One thread inside a kernel: the networks run side by side instead. A GPU takes a stream for each of them.
        using Inputs<T> shared = new(compute.Open(1), images, units);
        ConcurrentQueue<Unit> queue = new(units);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;

        void Work()
        {
            Inputs<T>? own = null;
            try
            {
                own = shared.Device.RunsAhead ? new Inputs<T>(compute.Open(1), images, units) : null;
                while (!stop.IsCancellationRequested && queue.TryDequeue(out Unit unit))
                    report(Test(own ?? shared, unit, stop.Token));
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
            finally
            {
                own?.Dispose();
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Math.Min(compute.Threads, units.Length)).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        failure?.Throw();
    }

    private FinishedBlock Test<T>(Inputs<T> inputs, in Unit unit, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        using BifurcationTest<T> test = new(inputs.Device, inputs.Pixels.Shape[1], images.Classes, unit.Row.Depth, unit.Row.Width);
        NetworkOutcome outcome = default;
        for (int network = unit.First; network < unit.First + unit.Count; network++)
            outcome += test.Test(settings.Seed, network, inputs.Pixels, inputs.Live?[unit.Row.Batch], inputs.Labels, unit.Row.Batch, Procedure, cancellation);
        return new FinishedBlock(unit.Row, unit.Block, outcome, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    // The images on a device, which goes with them.
    private sealed class Inputs<T> : IDisposable
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Inputs(Device device, ImageSet images, Unit[] units)
        {
            Device = device;
            Pixels = images.PixelsOn<T>(device);
            Labels = images.LabelsOn(device);
            NDArray<T> pixels = Pixels;
            Live = device.RunsAhead ? null : units.Select(unit => unit.Row.Batch).Distinct().ToDictionary(batch => batch, batch => new LiveColumns<T>(device, pixels, batch));
        }

        public Device Device { get; }

        public NDArray<T> Pixels { get; }

        public NDArray<int> Labels { get; }

        public Dictionary<int, LiveColumns<T>>? Live { get; }

        public void Dispose() => Device.Dispose();
    }

    private readonly record struct Unit(RowKey Row, int Block, int First, int Count);
}
