using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016) of [batch, channels, …]: every channel of every example by its own mean and variance, in training
/// and, unless the layer keeps running statistics, in evaluation.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class InstanceNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly string name;
    private readonly double epsilon;
    private readonly double momentum;
    private readonly NDArray<T> one;
    private readonly NDArray<T> zero;

    /// <summary>Creates the layer with scale 1 and shift 0, if it has them, and running mean 0 and running variance 1, if it keeps them.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="initializer">Supplies the device of the parameters.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="affine">Whether there are scale and shift.</param>
    /// <param name="tracksStatistics">Whether training moves running statistics towards the means, over the batch, of means and variances (over n − 1) of the
    /// examples, and evaluation uses them, as with PyTorch's track_running_stats.</param>
    /// <param name="momentum">The fraction by which each training pass moves the running statistics; from 0 to 1.</param>
    public InstanceNorm(string name, int channels, Initializer initializer, double epsilon = 1e-5, bool affine = false, bool tracksStatistics = false,
        double momentum = 0.1)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        BatchNorm<T>.CheckMomentum(momentum);
        this.name = name;
        this.epsilon = epsilon;
        this.momentum = momentum;
        Shape shape = Shape.Of(channels);
        if (affine)
        {
            Scale = initializer.Constant<T>(PathOf(name, "weight"), shape, 1);
            Shift = initializer.Constant<T>(PathOf(name, "bias"), shape, 0);
        }

        if (!tracksStatistics)
            return;
        Device device = initializer.Device;
        (RunningMean, RunningVariance) = (Filled(device, shape, T.Zero), Filled(device, shape, T.One));
        (zero, one) = (Filled(device, shape, T.Zero), Filled(device, shape, T.One));
    }

    /// <summary>The scale, of shape [channels].</summary>
    public Parameter<T>? Scale { get; }

    /// <summary>The shift, of shape [channels].</summary>
    public Parameter<T>? Shift { get; }

    /// <summary>The running mean, of shape [channels]; the default value if the layer keeps none.</summary>
    public NDArray<T> RunningMean { get; }

    /// <summary>The running variance, of shape [channels]; the default value if the layer keeps none.</summary>
    public NDArray<T> RunningVariance { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => Scale is null || Shift is null ? [] : [Scale, Shift];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, NDArray<T> Value)> Buffers => RunningMean.IsNone
        ? []
        : [(PathOf(name, "running_mean"), RunningMean), (PathOf(name, "running_var"), RunningVariance)];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        if (!RunningMean.IsNone && mode == Mode.Evaluation)
        {
            return x.BatchNorm(Scale is null ? x.Tape.Constant(one) : x.Tape.Parameter(Scale), Shift is null ? x.Tape.Constant(zero) : x.Tape.Parameter(Shift),
                RunningMean, RunningVariance, epsilon);
        }

        Var<T> y = Scale is null || Shift is null ? x.InstanceNorm(epsilon) : x.InstanceNorm(x.Tape.Parameter(Scale), x.Tape.Parameter(Shift), epsilon);
        if (!RunningMean.IsNone)
            x.Tape.SideEffect(() => Follow(x.Tape.Contents.Value(x.Node)));
        return y;
    }

    private static NDArray<T> Filled(Device device, in Shape shape, T value)
    {
        NDArray<T> array = device.Allocate<T>(shape);
        device.Fill(array, value);
        return array;
    }

    // Moves the running statistics towards the means of those of the examples.
    private void Follow(NDArray<T> x)
    {
        Device device = x.Device;
        int batch = x.Shape[0], channels = x.Shape[1], positions = x.Count / (batch * channels);
        NDArray<T> copy = device.Allocate<T>(x.Shape);
        device.Copy(x, copy);
        using Tape<T> tape = new(device);
        Var<T> examples = tape.Constant(copy.Reshape(Shape.Of(batch, channels, positions)));
        NDArray<T> mean = examples.Mean(2).Mean(0).Value, variance = examples.Variance(2).Mean(0).Value;
        device.Map2(new BatchNorm<T>.Follow(momentum, 1), RunningMean, mean, RunningMean);
        device.Map2(new BatchNorm<T>.Follow(momentum, 1), RunningVariance, variance, RunningVariance);
        device.Return(copy);
    }
}
