using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Layer normalisation (Ba, Kiros, Hinton 2016) over the last axes, with scale and shift.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class LayerNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double epsilon;

    /// <summary>Makes the layer: scale 1, shift 0.</summary>
    /// <param name="name">Its name, the beginning of its parameters' names.</param>
    /// <param name="shape">The extents of the last axes, over which it normalises.</param>
    /// <param name="initializer">Where its parameters live.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    public LayerNorm(string name, Shape shape, Initializer initializer, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        this.epsilon = epsilon;
        Scale = initializer.Constant<T>($"{name}.weight", shape, 1);
        Shift = initializer.Constant<T>($"{name}.bias", shape, 0);
    }

    /// <summary>The scale, of the shape of the last axes.</summary>
    public Parameter<T> Scale { get; }

    /// <summary>The shift, of the same shape.</summary>
    public Parameter<T> Shift { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => [Scale, Shift];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.LayerNorm(x.Tape.Parameter(Scale), x.Tape.Parameter(Shift), epsilon);
}
