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
internal class TrainStudy<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Images that are tested at once.</summary>
    protected const int TestBatch = 500;

    private readonly Device device;

    public TrainStudy(TrainSettings settings, ImageSet train, ImageSet test, Device device)
    {
        Settings = settings;
        int side = TrainedNetworks.PaddedSide(settings.Network, train.Side);
        TrainImages = new LabelledBatches<T>(train, side);
        TestImages = new LabelledBatches<T>(test, side);
        this.device = device;
        Tape = new Tape<T>(device, Selections.PyTorch with { ReluAtZero = settings.ReluAtZero, MaxPool = TieSelection.Mixture(settings.PoolingBeta) });
        Network = TrainedNetworks.Create<T>(settings, new Initializer(device, settings.Seed), train.Channels, side, train.Classes);
        Steps = (train.Count + settings.Batch - 1) / settings.Batch;
        Optimizer = TrainingOptimizers.Create(settings, Network.Parameters, Steps);
    }

    /// <summary>The settings.</summary>
    protected TrainSettings Settings { get; }

    /// <summary>The training images.</summary>
    protected LabelledBatches<T> TrainImages { get; }

    /// <summary>The test images.</summary>
    protected LabelledBatches<T> TestImages { get; }

    /// <summary>The tape of every pass.</summary>
    protected Tape<T> Tape { get; }

    /// <summary>The network.</summary>
    protected Module<T> Network { get; }

    /// <summary>The optimiser.</summary>
    protected Optimizer<T> Optimizer { get; }

    /// <summary>Steps of an epoch.</summary>
    protected int Steps { get; }

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
        List<EpochResult> epochs = [.. Begin(folder, resume)];
        finished(epochs);
        for (int epoch = epochs.Count + 1; epoch <= Settings.Epochs; epoch++)
        {
            epochs.Add(RunEpoch(epoch, progress, cancellation));
            Save(folder, epochs);
            finished(epochs);
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts network and optimiser where the training begins or goes on.</summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="resume">Whether to continue from it.</param>
    /// <returns>The finished epochs.</returns>
    protected virtual IReadOnlyList<EpochResult> Begin(string folder, bool resume) =>
        resume ? Checkpoint.Load(folder, Settings, Network, Optimizer) : [];

    /// <summary>Writes the checkpoint.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="epochs">The finished epochs.</param>
    protected virtual void Save(string folder, IReadOnlyList<EpochResult> epochs) => Checkpoint.Save(folder, Settings, epochs, Network, Optimizer);

    /// <summary>Runs an epoch.</summary>
    /// <param name="epoch">Its number, from 1.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellation">Checked at every step.</param>
    protected virtual EpochResult RunEpoch(int epoch, Action<TrainingStep> progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int[] order = new int[TrainImages.Count];
        Philox.For(Settings.Seed, (uint)Streams.TrainingOrder, (ulong)epoch).Permutation(order);
        TrainingScore score = default;
        long zeros = 0;
        int step = 0;
        foreach (Batch<T> batch in TrainImages.InOrder(order, Settings.Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            step++;
            Tape.Reset();
            Var<T> loss = Forward(TrainImages, batch, Mode.Training, ref score, out double value);
            if (!double.IsFinite(value))
                throw NotANumber(epoch, step, value);
            zeros += ZerosOfRelus();
            Gradients<T> gradients = Tape.Backward(loss);
            if (Optimizer is TruncatedSgd<T> truncated)
                truncated.Step(gradients, value);
            else
                Optimizer.Step(gradients);
            progress(new TrainingStep(epoch, step, Steps, score.Loss, score.Accuracy));
        }

        TrainingScore tested = Tested(() => Test(cancellation));
        return new EpochResult(epoch, score.Loss, score.Accuracy, tested.Loss, tested.Accuracy, Stopwatch.GetElapsedTime(start).TotalSeconds, zeros);
    }

    /// <summary>A test of what the optimiser holds for the trained network.</summary>
    /// <param name="test">The test.</param>
    protected TrainingScore Tested(Func<TrainingScore> test)
    {
        ScheduleFree<T>? scheduleFree = Optimizer as ScheduleFree<T>;
        scheduleFree?.Evaluate();
        TrainingScore score = test();
        scheduleFree?.Train();
        return score;
    }

    private TrainingScore Test(CancellationToken cancellation)
    {
        int[] order = [.. Enumerable.Range(0, TestImages.Count)];
        TrainingScore score = default;
        foreach (Batch<T> batch in TestImages.InOrder(order, TestBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            Tape.Reset();
            Forward(TestImages, batch, Mode.Evaluation, ref score, out _);
        }

        Tape.Reset();
        return score;
    }

    /// <summary>Runs the network on a mini-batch.</summary>
    /// <param name="batches">Where it comes from.</param>
    /// <param name="batch">The mini-batch.</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <param name="score">The score so far, to which it is added.</param>
    /// <param name="value">Its mean loss.</param>
    /// <returns>The loss on the tape.</returns>
    protected Var<T> Forward(LabelledBatches<T> batches, Batch<T> batch, Mode mode, ref TrainingScore score, out double value)
    {
        Var<T> logits = Network.Forward(Tape.Constant(batches.ShapeOf(batch.Count), batch.Pixels), mode);
        Var<T> loss = logits.CrossEntropy(batch.Labels);
        value = double.CreateTruncating(loss.GetScalar());
        score = score.With<T>(value, logits.ToArray(), batch.Labels);
        return loss;
    }

    /// <summary>The relus of the last pass whose argument was exactly 0.</summary>
    // Most steps have no kink of any kind, and the count shows this in one pass.
    protected long ZerosOfRelus() =>
        Tape.CountKinks() == 0
            ? 0
            : Tape.Census(0).Operations.Where(met => met.Operation == Rules.Relu.Facts || met.Operation == PublishedRelu<T>.Facts).Sum(met => met.Count);

    /// <summary>The failure of a training whose loss is no number.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="step">The step in it.</param>
    /// <param name="value">The loss.</param>
    protected ArithmeticException NotANumber(int epoch, int step, double value)
    {
        string remedy = Settings.Precision == (int)Precision.Half
            ? $"lower --learning-rate (now {Settings.LearningRate}) or take --precision 32"
            : $"lower --learning-rate (now {Settings.LearningRate})";
        return new ArithmeticException($"The loss is {value} in epoch {epoch}, step {step}; {remedy}.");
    }

    /// <summary>Releases what the training holds.</summary>
    /// <param name="disposing">Whether it is disposed of.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        Tape.Dispose();
        device.Dispose();
    }
}
