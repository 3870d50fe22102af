using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Normalisation by root mean squares (Zhang, Sennrich 2019) over the last axes, with a scale.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class RmsNorm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double epsilon;

    /// <summary>Creates the layer with scale 1.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameter's name.</param>
    /// <param name="shape">The extents of the last axes, which are normalised.</param>
    /// <param name="initializer">Supplies the device of the parameter.</param>
    /// <param name="epsilon">Added to the mean square; above 0. PyTorch's default is the machine epsilon.</param>
    public RmsNorm(string name, Shape shape, Initializer initializer, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        this.epsilon = epsilon;
        Scale = initializer.Constant<T>(PathOf(name, "weight"), shape, 1);
    }

    /// <summary>The scale, of the shape of the last axes.</summary>
    public Parameter<T> Scale { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => [Scale];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.RmsNorm(x.Tape.Parameter(Scale), epsilon);
}
