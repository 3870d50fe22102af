using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>A transposed convolution of sequences: [batch, inputs, length] to [batch, outputs, …].</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ConvTranspose1d<T> : ConvolutionLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int stride;
    private readonly int padding;
    private readonly int outputPadding;
    private readonly int dilation;

    /// <summary>Creates the layer, with weights and bias uniform in ±1/√fan-in.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="inputs">The number of input channels.</param>
    /// <param name="outputs">The number of output channels.</param>
    /// <param name="kernel">The extent of the kernel along the sequence.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="stride">Positions of the output from one position of the input to the next.</param>
    /// <param name="padding">Positions taken away on each side of the output.</param>
    /// <param name="outputPadding">Positions added at the end of each axis; less than the stride or the dilation.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <exception cref="ArgumentException">There is no channel, groups do not divide the channels, or the kernel is empty.</exception>
    public ConvTranspose1d(string name, int inputs, int outputs, int kernel, Initializer initializer, int stride = 1, int padding = 0,
        int outputPadding = 0, bool bias = true, int dilation = 1, int groups = 1)
        : base(name, inputs, outputs, [kernel], groups, bias, true, initializer)
    {
        this.stride = stride;
        this.padding = padding;
        this.outputPadding = outputPadding;
        this.dilation = dilation;
    }

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) =>
        x.ConvTranspose1d(x.Tape.Parameter(Weight), BiasOn(x), stride, padding, outputPadding, dilation, Groups);
}
