using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Networks;

/// <summary>
/// Batch normalisation (Ioffe, Szegedy 2015) of [batch, channels, …]. Training uses the statistics of the batch and moves the running statistics towards them;
/// evaluation uses the running statistics. The running variance follows the unbiased variance (over n − 1), as in PyTorch.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class BatchNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly string name;
    private readonly double epsilon;
    private readonly double momentum;
    private readonly NDArray<T> batchMean;
    private readonly NDArray<T> batchVariance;
    private readonly Action follow;
    private int elementsPerChannel;
    private Device? device;

    /// <summary>Creates the layer with scale 1, shift 0, running mean 0 and running variance 1.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="initializer">Supplies the device of the parameters.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="momentum">The fraction by which each training pass moves the running statistics towards those of the batch; from 0 to 1.</param>
    public BatchNorm(string name, int channels, Initializer initializer, double epsilon = 1e-5, double momentum = 0.1)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        CheckMomentum(momentum);
        this.name = name;
        follow = FollowBatch;
        this.epsilon = epsilon;
        this.momentum = momentum;
        Shape shape = Shape.Of(channels);
        Scale = initializer.Constant<T>(PathOf(name, "weight"), shape, 1);
        Shift = initializer.Constant<T>(PathOf(name, "bias"), shape, 0);
        Device device = initializer.Device;
        RunningMean = device.Allocate<T>(shape);
        RunningVariance = device.Allocate<T>(shape);
        batchMean = device.Allocate<T>(shape);
        batchVariance = device.Allocate<T>(shape);
        device.Fill(RunningMean, T.Zero);
        device.Fill(RunningVariance, T.One);
    }

    /// <summary>The scale, of shape [channels].</summary>
    public Parameter<T> Scale { get; }

    /// <summary>The shift, of shape [channels].</summary>
    public Parameter<T> Shift { get; }

    /// <summary>The running mean, of shape [channels].</summary>
    public NDArray<T> RunningMean { get; }

    /// <summary>The running variance, of shape [channels].</summary>
    public NDArray<T> RunningVariance { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => [Scale, Shift];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, NDArray<T> Value)> Buffers =>
        [(PathOf(name, "running_mean"), RunningMean), (PathOf(name, "running_var"), RunningVariance)];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        Var<T> scale = x.Tape.Parameter(Scale), shift = x.Tape.Parameter(Shift);
        if (mode == Mode.Evaluation)
            return x.BatchNorm(scale, shift, RunningMean, RunningVariance, epsilon);
        int n = x.Shape.Count / Math.Max(1, Scale.Shape.Count);
        if (n == 1)
            throw new ArgumentException(
                $"{(name.Length == 0 ? "A layer without a name" : $"Layer '{name}'")}: batch normalisation of shape {x.Shape} has one value per channel, "
                    + $"which has no variance; give larger batches, or evaluate.");
        Var<T> y = x.BatchNorm(scale, shift, epsilon, batchMean, batchVariance);
        (elementsPerChannel, device) = (n, x.Tape.Device);
        x.Tape.SideEffect(follow);
        return y;
    }

    /// <summary>Refuses a fraction that is not from 0 to 1.</summary>
    internal static void CheckMomentum(double momentum)
    {
        if (!(momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum,
                $"A momentum of {momentum} was given for running statistics; it lies between 0 and 1.");
    }

    private void FollowBatch()
    {
        device!.Map2(new Follow(momentum, 1), RunningMean, batchMean, RunningMean);
        device.Map2(new Follow(momentum, elementsPerChannel / (elementsPerChannel - 1.0)), RunningVariance, batchVariance, RunningVariance);
    }

    internal readonly struct Follow(double momentum, double factor) : IBinaryMap
    {
        private readonly double kept = 1 - momentum;
        private readonly double taken = momentum * factor;

        public L Invoke<L>(L running, L batch)
            where L : struct, ILane<L> => (L.Constant(kept) * running) + (L.Constant(taken) * batch);
    }
}
