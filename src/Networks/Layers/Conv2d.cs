using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A convolution of images.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Conv2d<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int stride;
    private readonly int padding;

    /// <summary>Creates the layer, with weights and bias uniform in ±1/√fan-in.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="inputs">The number of input channels.</param>
    /// <param name="outputs">The number of output channels.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public Conv2d(string name, int inputs, int outputs, int kernel, Initializer initializer, int stride = 1, int padding = 0, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        this.stride = stride;
        this.padding = padding;
        int fanIn = inputs * kernel * kernel;
        Weight = initializer.Uniform<T>(PathOf(name, "weight"), Shape.Of(outputs, inputs, kernel, kernel), fanIn);
        Bias = bias ? initializer.Uniform<T>(PathOf(name, "bias"), Shape.Of(outputs), fanIn) : null;
    }

    /// <summary>The weights, of shape [outputs, inputs, kernel, kernel].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The bias, of shape [outputs].</summary>
    public Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => Bias is null
        ? x.Conv2d(x.Tape.Parameter(Weight), stride, padding)
        : x.Conv2d(x.Tape.Parameter(Weight), x.Tape.Parameter(Bias), stride, padding);
}
