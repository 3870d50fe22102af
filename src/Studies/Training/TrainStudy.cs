using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Training;

/// <summary>The position of a step in a run, and the results of the epoch so far.</summary>
/// <param name="Epoch">The number of the epoch, from 1.</param>
/// <param name="Step">The number of the step in it, from 1.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Loss">The mean loss of the epoch so far.</param>
/// <param name="Accuracy">The accuracy of the epoch so far.</param>
internal readonly record struct TrainingStep(int Epoch, int Step, int Steps, double Loss, double Accuracy);

/// <summary>
/// Trains a network, epoch by epoch. The bits depend only on the settings, the images and the kind of device, not on threads or interruptions. The study
/// owns the device.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class TrainStudy<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int TestBatch = 500;

    private readonly TrainSettings settings;
    private readonly LabelledBatches<T> train;
    private readonly LabelledBatches<T> test;
    private readonly Device device;
    private readonly Tape<T> tape;
    private readonly Module<T> network;
    private readonly Optimizer<T> optimizer;
    private readonly int steps;

    public TrainStudy(TrainSettings settings, ImageSet train, ImageSet test, Device device)
    {
        this.settings = settings;
        int side = TrainedNetworks.PaddedSide(settings.Network, train.Side);
        this.train = new LabelledBatches<T>(train, side);
        this.test = new LabelledBatches<T>(test, side);
        this.device = device;
        tape = new Tape<T>(device, Selections.PyTorch with { ReluAtZero = settings.ReluAtZero, MaxPool = TieSelection.Mixture(settings.PoolingBeta) });
        network = TrainedNetworks.Create<T>(settings, new Initializer(device, settings.Seed), train.Channels, side, train.Classes);
        steps = (train.Count + settings.Batch - 1) / settings.Batch;
        optimizer = TrainingOptimizers.Create(settings, network.Parameters, steps);
    }

    /// <summary>Runs the epochs that are not yet finished; parameters and optimiser state are those of the last finished one.</summary>
    /// <param name="folder">The folder for the checkpoint, which is written after each epoch.</param>
    /// <param name="resume">Whether to continue from the checkpoint in the folder, if there is one.</param>
    /// <param name="finished">Receives the finished epochs at the start, and each new one after its checkpoint is written.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellation">Checked at every step.</param>
    /// <exception cref="ArithmeticException">The loss is NaN.</exception>
    /// <exception cref="OperationCanceledException">Stopped; finished epochs are in the checkpoint.</exception>
    public void Run(string folder, bool resume, Action<IReadOnlyList<EpochResult>> finished, Action<TrainingStep> progress, CancellationToken cancellation)
    {
        List<EpochResult> epochs = [];
        if (resume)
            epochs.AddRange(Checkpoint.Load(folder, settings, network, optimizer));
        finished(epochs);
        for (int epoch = epochs.Count + 1; epoch <= settings.Epochs; epoch++)
        {
            epochs.Add(RunEpoch(epoch, progress, cancellation));
            Checkpoint.Save(folder, settings, epochs, network, optimizer);
            finished(epochs);
        }
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
    }

    private EpochResult RunEpoch(int epoch, Action<TrainingStep> progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int[] order = new int[train.Count];
        Philox.For(settings.Seed, (uint)Streams.TrainingOrder, (ulong)epoch).Permutation(order);
        TrainingScore score = default;
        long zeros = 0;
        int step = 0;
        foreach (Batch<T> batch in train.InOrder(order, settings.Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            step++;
            tape.Reset();
            Var<T> loss = Forward(train, batch, Mode.Training, ref score, out double value);
            if (!double.IsFinite(value))
                throw new ArithmeticException(NotANumber(epoch, step, value));
            zeros += ZerosOfRelus();
            Gradients<T> gradients = tape.Backward(loss);
            if (optimizer is TruncatedSgd<T> truncated)
                truncated.Step(gradients, value);
            else
                optimizer.Step(gradients);
            progress(new TrainingStep(epoch, step, steps, score.Loss, score.Accuracy));
        }

        ScheduleFree<T>? scheduleFree = optimizer as ScheduleFree<T>;
        scheduleFree?.Evaluate();
        TrainingScore tested = Test(cancellation);
        scheduleFree?.Train();
        return new EpochResult(epoch, score.Loss, score.Accuracy, tested.Loss, tested.Accuracy, Stopwatch.GetElapsedTime(start).TotalSeconds, zeros);
    }

    private TrainingScore Test(CancellationToken cancellation)
    {
        int[] order = [.. Enumerable.Range(0, test.Count)];
        TrainingScore score = default;
        foreach (Batch<T> batch in test.InOrder(order, TestBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            tape.Reset();
            Forward(test, batch, Mode.Evaluation, ref score, out _);
        }

        tape.Reset();
        return score;
    }

    private Var<T> Forward(LabelledBatches<T> batches, Batch<T> batch, Mode mode, ref TrainingScore score, out double value)
    {
        Var<T> logits = network.Forward(tape.Constant(batches.ShapeOf(batch.Count), batch.Pixels), mode);
        Var<T> loss = logits.CrossEntropy(batch.Labels);
        value = double.CreateTruncating(loss.GetScalar());
        score = score.With<T>(value, logits.ToArray(), batch.Labels);
        return loss;
    }

    // Most steps have no kink of any kind, and the count shows this in one pass.
    private long ZerosOfRelus() =>
        tape.CountKinks() == 0
            ? 0
            : tape.Census(0).Operations.Where(met => met.Operation == Rules.Relu.Facts || met.Operation == PublishedRelu<T>.Facts).Sum(met => met.Count);

    private string NotANumber(int epoch, int step, double value)
    {
        string remedy = settings.Precision == (int)Precision.Half
            ? $"lower --learning-rate (now {settings.LearningRate}) or take --precision 32"
            : $"lower --learning-rate (now {settings.LearningRate})";
        return $"The loss is {value} in epoch {epoch}, step {step}; {remedy}.";
    }
}
