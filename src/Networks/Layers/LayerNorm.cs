using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Layer normalisation (Ba, Kiros, Hinton 2016) over the last axes, with scale and shift.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class LayerNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double epsilon;

    /// <summary>Creates the layer with scale 1 and shift 0.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="shape">The extents of the last axes, which are normalised.</param>
    /// <param name="initializer">Supplies the device of the parameters.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    public LayerNorm(string name, Shape shape, Initializer initializer, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        this.epsilon = epsilon;
        Scale = initializer.Constant<T>(PathOf(name, "weight"), shape, 1);
        Shift = initializer.Constant<T>(PathOf(name, "bias"), shape, 0);
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
