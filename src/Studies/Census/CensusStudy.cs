using System.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Census;

/// <summary>Counts the kinks of a model on images, node by node, and compares gradients there: batch by batch, so that the study can be resumed.</summary>
/// <param name="settings">The settings.</param>
/// <param name="images">The images.</param>
/// <param name="make">Makes the network, with its weights, on a device.</param>
/// <param name="compute">The device; a model may be large, so one batch at a time is computed by all of it.</param>
internal sealed class CensusStudy(CensusSettings settings, ModelImages images, Func<Device, OnnxNetwork<float>> make, ComputeDevice compute)
{
    private readonly HashSet<int> layers = [.. settings.Layers.Select(layer => layer.Node)];

    /// <summary>The batches to count; all by default.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Counts the batches that are not finished yet.</summary>
    /// <param name="finished">Batches of an earlier run, which are not repeated.</param>
    /// <param name="report">Called for every finished batch.</param>
    /// <param name="progress">Called with 1 after every batch.</param>
    /// <param name="cancellation">Stops the study; finished batches have been reported.</param>
    public void Run(IReadOnlyCollection<CensusUnit> finished, Action<CensusUnit> report, Action<double> progress, CancellationToken cancellation)
    {
        HashSet<long> done = [.. finished.Select(unit => settings.UnitOf(unit.Images, unit.Batch)!.Value)];
        (string Images, int Batch)[] units = [.. from kind in ModelImages.Kinds.Zip(settings.Batches)
            from batch in Enumerable.Range(0, kind.Second)
            let number = settings.UnitOf(kind.First, batch)!.Value
            where Shard.Has(number) && !done.Contains(number)
            select (kind.First, batch)];
        new UnitWorkers(1).Run<(string Images, int Batch), Worker>(units, _ => new Worker(compute.Open(), make), (worker, unit, stopped) =>
        {
            stopped.ThrowIfCancellationRequested();
            report(Count(worker!, unit.Images, unit.Batch, stopped));
            progress(1);
        }, cancellation);
    }

    private CensusUnit Count(Worker worker, string kind, int batch, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        ModelStep<float> step = ModelStep<float>.On(worker.Tape, worker.Network, images.Shape, images.Batch<float>(kind, batch),
            classes => images.Labels(batch, classes), settings.Loss);
        (OnnxNode Node, OperationKinks Site)[] sites = [.. step.Sites().Where(site => layers.Contains(site.Node.Index))];
        NodeKinks[] nodes = [.. sites.GroupBy(site => site.Node.Index).OrderBy(node => node.Key).Select(node => new NodeKinks(node.Key,
            node.Sum(site => (long)site.Site.Shape.Count), node.Sum(site => site.Site.Count), Nearest(step, node.First().Node)))];
        OperationFacts[] met = [.. sites.Where(site => site.Site.Count > 0).Select(site => site.Site.Operation).Distinct()];
        if (met.Length == 0)
            return Finished([], null);

        KinkChoice any = KinkChoice.Of(KinkName.Any);
        ModelGradients<float> usual = step.Backward(any.First), other = step.Backward(any.Second);
        ChoiceChange all = new(KinkName.Any, !usual.HasBitsOf(other), usual.DistanceTo(other));
        List<ChoiceChange> changes = [];
        foreach (KinkChoice choice in Enum.GetValues<KinkName>().Where(name => name != KinkName.Any).Select(KinkChoice.Of)
            .Where(choice => met.Any(choice.IsReadBy)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (met.All(choice.IsReadBy))
            {
                // No other kinks were met, so that other choices there change nothing.
                changes.Add(all with { Kink = choice.Name });
                continue;
            }

            ModelGradients<float> changed = step.Backward(choice.Second);
            changes.Add(new ChoiceChange(choice.Name, !usual.HasBitsOf(changed), usual.DistanceTo(changed)));
        }

        changes.Add(all);
        cancellation.ThrowIfCancellationRequested();
        return Finished(changes, batch < settings.Clarke ? Clarke(step, usual, other, batch) : null);

        CensusUnit Finished(IReadOnlyList<ChoiceChange> found, ClarkeReading? clarke) =>
            new(kind, batch, nodes, found, clarke, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private ClarkeReading Clarke(ModelStep<float> step, ModelGradients<float> usual, ModelGradients<float> other, int batch)
    {
        List<ModelGradients<float>> elements = [];
        HashSet<string> reasons = [];
        for (int direction = 0; direction < settings.Directions; direction++)
        {
            (ModelGradients<float> element, ClarkeCertificate certificate) = step.Clarke(((ulong)batch * (ulong)settings.Directions) + (ulong)direction);
            elements.Add(element);
            if (!certificate.IsCertified)
                reasons.UnionWith(Refusal.ReasonsOf(certificate, step.Run.NodeOf));
        }

        GradientDistance[] apart = [.. elements.Skip(1).Select(elements[0].DistanceTo)];
        return new ClarkeReading(reasons.Count == 0, [.. reasons], usual.DistanceToHull(elements), other.DistanceToHull(elements),
            new GradientDistance(apart.Max(one => one.OfWeights), apart.Max(one => one.OfInput)));
    }

    private static double? Nearest(ModelStep<float> step, OnnxNode node)
    {
        if (node.Operator != "Relu")
            return null;
        double nearest = step.Run.InputOf(node, 0).Variable.ToArray().Where(value => value != 0 && float.IsFinite(value))
            .Select(value => (double)Math.Abs(value)).DefaultIfEmpty(double.PositiveInfinity).Min();
        return double.IsFinite(nearest) ? nearest : null;
    }

    // The model in the memory of a device, which is disposed of with it.
    private sealed class Worker : IDisposable
    {
        private readonly Device device;

        public Worker(Device device, Func<Device, OnnxNetwork<float>> make)
        {
            this.device = device;
            Network = make(device);
            Tape = new Tape<float>(device);
        }

        public OnnxNetwork<float> Network { get; }

        public Tape<float> Tape { get; }

        public void Dispose()
        {
            Tape.Dispose();
            device.Dispose();
        }
    }
}
