using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016) of [batch, channels, …]: every channel of every example by its own mean and variance, in training
/// and in evaluation.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class InstanceNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double epsilon;

    /// <summary>Creates the layer with scale 1 and shift 0, if it has them.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="initializer">Supplies the device of the parameters.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="affine">Whether there are scale and shift.</param>
    public InstanceNorm(string name, int channels, Initializer initializer, double epsilon = 1e-5, bool affine = false)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        this.epsilon = epsilon;
        if (!affine)
            return;
        Scale = initializer.Constant<T>(PathOf(name, "weight"), Shape.Of(channels), 1);
        Shift = initializer.Constant<T>(PathOf(name, "bias"), Shape.Of(channels), 0);
    }

    /// <summary>The scale, of shape [channels].</summary>
    public Parameter<T>? Scale { get; }

    /// <summary>The shift, of shape [channels].</summary>
    public Parameter<T>? Shift { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => Scale is null || Shift is null ? [] : [Scale, Shift];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => Scale is null || Shift is null
        ? x.InstanceNorm(epsilon)
        : x.InstanceNorm(x.Tape.Parameter(Scale), x.Tape.Parameter(Shift), epsilon);
}
