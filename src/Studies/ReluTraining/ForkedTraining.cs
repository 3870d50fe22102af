using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>
/// Trains one network with several rules and slopes of relu at 0, in step. Runs whose gradients have been the same so far, bit for bit, are one branch and
/// share every computation; gradients can differ only where a relu is at exactly 0, and there a branch forks. The bits are those of runs by themselves.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class ForkedTraining<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int TestBatch = 500;

    private readonly ReluTrainingSettings study;
    private readonly TrainSettings settings;
    private readonly LabelledBatches<T> train;
    private readonly LabelledBatches<T> test;
    private readonly ImageSet images;
    private readonly Device device;
    private readonly Tape<T> tape;
    private readonly int side;
    private readonly int steps;
    private readonly long number;
    private readonly LayerSpans<T> spans = new();
    private readonly RunState[] runs;
    private readonly List<Branch> branches;
    private ReluRule recorded;

    public ForkedTraining(ReluTrainingSettings study, StudiedNetwork network, int precision, int run, ImageSet train, ImageSet test, Device device)
    {
        this.study = study;
        this.device = device;
        number = study.UnitOf(network, precision, run)!.Value;
        settings = study.Training(network, precision, run);
        images = train;
        side = TrainedNetworks.PaddedSide(network.Name, train.Side);
        this.train = new LabelledBatches<T>(train, side);
        this.test = new LabelledBatches<T>(test, side);
        tape = new Tape<T>(device, SelectionsOf(0));
        steps = (train.Count + settings.Batch - 1) / settings.Batch;
        runs = [.. study.Kinds.Select(kind => new RunState(kind.Rule, kind.Slope))];
        // Steps of one length are shared; other learning rates are other runs from the first step on.
        branches = [.. runs.GroupBy(run => study.RateOf(run.Slope)).Select(group => Make([.. group]))];
    }

    /// <summary>Trains.</summary>
    /// <param name="checkpoint">The file for the checkpoint, which is written after every epoch but the last.</param>
    /// <param name="resume">Whether to continue from the checkpoint, if it is there.</param>
    /// <param name="progress">Called with the part done since the last call.</param>
    /// <param name="cancellation">Checked at every step.</param>
    /// <returns>The runs, and the seconds that they took, those of interrupted processes up to their last checkpoint included.</returns>
    /// <exception cref="UsageException">The checkpoint has other settings.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or is no checkpoint of this unit.</exception>
    public (IReadOnlyList<ReluRun> Runs, double Seconds) Run(string checkpoint, bool resume, Action<double> progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        double part = 1.0 / ((double)settings.Epochs * steps), before = 0;
        int done = 0;
        if (resume && File.Exists(checkpoint))
        {
            ForkedState state = ReluCheckpoint.Load<T>(checkpoint, study, number, Restore);
            (done, before) = (state.Epoch, state.Seconds);
            progress((double)done / settings.Epochs);
        }

        long step = (long)done * steps;
        for (int epoch = done + 1; epoch <= settings.Epochs; epoch++)
        {
            int[] order = new int[train.Count];
            Philox.For(settings.Seed, (uint)Streams.TrainingOrder, (ulong)epoch).Permutation(order);
            foreach (Batch<T> batch in train.InOrder(order, settings.Batch))
            {
                step++;
                foreach (Branch branch in branches.ToArray())
                {
                    cancellation.ThrowIfCancellationRequested();
                    Step(branch, batch, epoch, step);
                }

                progress(part);
            }

            EndEpoch(cancellation);
            if (epoch < settings.Epochs)
                ReluCheckpoint.Save(checkpoint, study, number, StateAfter(epoch, before + Stopwatch.GetElapsedTime(start).TotalSeconds),
                    [.. branches.Select(branch => (branch.Network, branch.Optimizer))]);
        }

        foreach (Branch branch in branches)
        {
            foreach (RunState run in branch.Runs)
                run.Parameters = SumOf(branch);
        }

        return ([.. runs.Select(run => run.Result)], before + Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose() => tape.Dispose();

    private static Selections SelectionsOf(double slope) => Selections.PyTorch with { ReluAtZero = slope };

    private ForkedState StateAfter(int epoch, double seconds) => new(epoch, seconds,
        [.. branches.Select(branch => new BranchState(branch.Optimizer.StepCount, branch.Optimizer.Progress,
            [.. branch.Runs.Select(run => Array.IndexOf(runs, run))]))],
        [.. runs.Select(run => run.Result)]);

    // The networks and optimisers that the tensors of a checkpoint go into.
    private IReadOnlyList<(Module<T> Network, Optimizer<T> Optimizer)> Restore(ForkedState state)
    {
        foreach ((RunState run, ReluRun saved) in runs.Zip(state.Runs))
            run.Restore(saved);
        branches.Clear();
        branches.AddRange(state.Branches.Select(branch => Make([.. branch.Runs.Select(place => runs[place])])));
        return [.. branches.Select(branch => (branch.Network, branch.Optimizer))];
    }

    private Branch Make(List<RunState> members)
    {
        Module<T> network = TrainedNetworks.Create(settings, new Initializer(device, settings.Seed), images.Channels, side, images.Classes,
            () => new Activation<T>(Activate));
        TrainSettings own = settings with { LearningRate = study.RateOf(members[0].Slope) };
        return new Branch(network, TrainingOptimizers.Create(own, network.Parameters, steps), members);
    }

    private Var<T> Activate(Var<T> x)
    {
        int from = tape.Count;
        Var<T> y = recorded == ReluRule.Published ? x.Apply(default(PublishedRelu<T>)) : x.Relu();
        spans.Add(from, y);
        return y;
    }

    private Var<T> Record(Branch branch, Batch<T> batch, ReluRule rule, out Var<T> logits)
    {
        tape.Reset();
        spans.Clear();
        recorded = rule;
        logits = branch.Network.Forward(tape.Constant(train.ShapeOf(batch.Count), batch.Pixels), Mode.Training);
        return logits.CrossEntropy(batch.Labels);
    }

    // Records the mini-batch of the step once more. Running statistics have followed it already.
    private Var<T> RecordAgain(Branch branch, Batch<T> batch, ReluRule rule)
    {
        (NDArray<T> Array, T[] Elements)[] statistics = [.. branch.Network.Buffers.Select(buffer => (buffer.Value, buffer.Value.ToArray()))];
        Var<T> loss = Record(branch, batch, rule, out _);
        foreach ((NDArray<T> array, T[] elements) in statistics)
            array.CopyFrom(elements);
        return loss;
    }

    private void Step(Branch branch, Batch<T> batch, int epoch, long step)
    {
        RunState first = branch.Runs[0];
        Var<T> loss = Record(branch, batch, first.Rule, out Var<T> logits);
        double value = double.CreateTruncating(loss.GetScalar());
        if (!double.IsFinite(value))
        {
            foreach (RunState run in branch.Runs)
                (run.Diverged, run.Parameters) = ($"The loss is {value} in epoch {epoch}.", SumOf(branch));
            branches.Remove(branch);
            return;
        }

        branch.Score = branch.Score.With<T>(value, logits.ToArray(), batch.Labels);
        if (!CountZeros(branch) || (branch.Runs.Count == 1 && first.Hits.Count >= study.Hits))
            branch.Optimizer.Step(tape.Backward(loss, SelectionsOf(first.Slope)));
        else
            Fork(branch, batch, step);
    }

    // Counts zeros of each layer's relus; false if there are none.
    private bool CountZeros(Branch branch)
    {
        branch.Layers = spans.Count(tape, branch.Layers, out bool hasZeros);
        return hasZeros;
    }

    private void Fork(Branch branch, Batch<T> batch, long step)
    {
        (T[][] Gradient, bool IsCertified)? clarke = branch.Runs.Any(run => run.Hits.Count < study.Hits) ? ClarkeOf(branch, batch, step) : null;
        List<(T[][] Gradient, List<RunState> Runs)> groups = [];
        foreach (RunState run in branch.Runs)
        {
            T[][] gradient = Copy(branch, Backward(branch, batch, run));
            if (clarke is { } element && run.Hits.Count < study.Hits)
                run.Hits.Add(new ClarkeDistance(step, Relative(gradient, element.Gradient), element.IsCertified));
            int place = groups.FindIndex(group => GradientDifference.SameBits(group.Gradient, gradient));
            if (place < 0)
                groups.Add((gradient, [run]));
            else
                groups[place].Runs.Add(run);
        }

        foreach (RunState run in branch.Runs)
        {
            RunState reference = ReferenceOf(run);
            if (branch.Runs.Contains(reference) && !groups.Single(group => group.Runs.Contains(run)).Runs.Contains(reference))
                run.FirstDifference = step;
        }

        Branch[] forked = [branch, .. groups.Skip(1).Select(group => CopyOf(branch, group.Runs))];
        branch.Runs = groups[0].Runs;
        branches.InsertRange(branches.IndexOf(branch) + 1, forked[1..]);
        foreach (Branch next in forked)
            next.Optimizer.Step(Backward(next, batch, next.Runs[0]));
    }

    private RunState ReferenceOf(RunState run) => runs.First(other => other.Rule == run.Rule);

    private Gradients<T> Backward(Branch branch, Batch<T> batch, RunState run) =>
        tape.Backward(RecordAgain(branch, batch, run.Rule), SelectionsOf(run.Slope));

    private (T[][] Gradient, bool IsCertified) ClarkeOf(Branch branch, Batch<T> batch, long step)
    {
        ClarkeGradient<T> clarke = tape.ClarkeGradient(RecordAgain(branch, batch, ReluRule.Chain), (ulong)step);
        return (Copy(branch, clarke.Gradients), clarke.Certificate.IsCertified);
    }

    private Branch CopyOf(Branch branch, List<RunState> members)
    {
        Branch copy = Make(members);
        foreach (((_, NDArray<T> target), (_, NDArray<T> source)) in NetworkTensors.Arrays(copy.Network).Zip(NetworkTensors.Arrays(branch.Network)))
            target.CopyFrom(source.ToArray());
        Optimizer<T> from = branch.Optimizer;
        if (typeof(T) == typeof(Half))
            copy.Optimizer.RestoreWide(from.StepCount, null, from.WideState.ToDictionary(state => state.Name, state => state.Value.ToArray()));
        else
            copy.Optimizer.Restore(from.StepCount, null, from.State.ToDictionary(state => state.Name, state => state.Value.ToArray()));
        copy.Optimizer.RestoreProgress(from.Progress);
        (copy.Score, copy.Layers) = (branch.Score, branch.Layers);
        return copy;
    }

    private void EndEpoch(CancellationToken cancellation)
    {
        foreach (Branch branch in branches)
        {
            TrainingScore tested = Test(branch, cancellation);
            foreach (RunState run in branch.Runs)
            {
                Branch? reference = branches.Find(other => other.Runs.Contains(ReferenceOf(run)));
                (double? l1, double? relative) = reference is null ? (null, null) : Apart(branch, reference);
                double? loss = double.IsFinite(tested.Loss) ? tested.Loss : null;
                run.Epochs.Add(new ReluEpoch(branch.Score.Loss, loss, tested.Accuracy, l1, relative, branch.Layers));
            }
        }

        foreach (Branch branch in branches)
            (branch.Score, branch.Layers) = (default, []);
    }

    private TrainingScore Test(Branch branch, CancellationToken cancellation)
    {
        TrainingScore score = default;
        foreach (Batch<T> batch in test.InOrder([.. Enumerable.Range(0, test.Count)], TestBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            tape.Reset();
            spans.Clear();
            Var<T> logits = branch.Network.Forward(tape.Constant(test.ShapeOf(batch.Count), batch.Pixels), Mode.Evaluation);
            score = score.With<T>(double.CreateTruncating(logits.CrossEntropy(batch.Labels).GetScalar()), logits.ToArray(), batch.Labels);
        }

        tape.Reset();
        return score;
    }

    private static (double? L1, double? Relative) Apart(Branch one, Branch reference)
    {
        if (one == reference)
            return (0, 0);
        T[][] a = Values(one), b = Values(reference);
        double sum = a.Zip(b, (x, y) => x.Zip(y, (u, v) => Math.Abs(double.CreateTruncating(u) - double.CreateTruncating(v))).Sum()).Sum();
        return double.IsFinite(sum) ? (sum, Relative(a, b)) : (null, null);
    }

    private static double? Relative(T[][] a, T[][] b)
    {
        double relative = GradientDifference.Of(b, a).Relative;
        return double.IsFinite(relative) ? relative : null;
    }

    private static T[][] Values(Branch branch) => [.. branch.Network.Parameters.Select(parameter => parameter.Value.ToArray())];

    private static T[][] Copy(Branch branch, Gradients<T> gradients) =>
        [.. branch.Network.Parameters.Select(parameter => gradients.Of(parameter).ToArray())];

    private static string SumOf(Branch branch)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (T[] values in Values(branch))
            hash.AppendData(MemoryMarshal.AsBytes<T>(values));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private sealed class RunState(ReluRule rule, double slope)
    {
        public ReluRule Rule { get; } = rule;

        public double Slope { get; } = slope;

        public List<ReluEpoch> Epochs { get; } = [];

        public List<ClarkeDistance> Hits { get; } = [];

        public long? FirstDifference { get; set; }

        public string? Diverged { get; set; }

        public string Parameters { get; set; } = "";

        public ReluRun Result => new(Rule, Slope, Epochs, FirstDifference, Hits, Diverged, Parameters);

        public void Restore(ReluRun saved)
        {
            Epochs.AddRange(saved.Epochs);
            Hits.AddRange(saved.Hits);
            (FirstDifference, Diverged, Parameters) = (saved.FirstDifference, saved.Diverged, saved.Parameters);
        }
    }

    private sealed class Branch(Module<T> network, Optimizer<T> optimizer, List<RunState> runs)
    {
        public Module<T> Network { get; } = network;

        public Optimizer<T> Optimizer { get; } = optimizer;

        public List<RunState> Runs { get; set; } = runs;

        public TrainingScore Score { get; set; }

        public IReadOnlyList<LayerKinks> Layers { get; set; } = [];
    }
}
