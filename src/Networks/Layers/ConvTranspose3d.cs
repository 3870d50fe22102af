using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>A transposed convolution of volumes: [batch, inputs, depth, height, width] to [batch, outputs, …].</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ConvTranspose3d<T> : ConvolutionLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Size3d? stride;
    private readonly Size3d? padding;
    private readonly Size3d? outputPadding;
    private readonly Size3d? dilation;

    /// <summary>Creates the layer, with weights and bias uniform in ±1/√fan-in.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="inputs">The number of input channels.</param>
    /// <param name="outputs">The number of output channels.</param>
    /// <param name="kernel">The extent of the kernel along depth, height and width.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="stride">Positions of the output from one position of the input to the next; 1 if null.</param>
    /// <param name="padding">Positions taken away on each side of the output; 0 if null.</param>
    /// <param name="outputPadding">Positions added at the end of each axis; less than the stride or the dilation; 0 if null.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="dilation">Positions from one kernel element to the next; 1 if null.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <exception cref="ArgumentException">There is no channel, groups do not divide the channels, or the kernel is empty.</exception>
    public ConvTranspose3d(string name, int inputs, int outputs, Size3d kernel, Initializer initializer, Size3d? stride = null, Size3d? padding = null,
        Size3d? outputPadding = null, bool bias = true, Size3d? dilation = null, int groups = 1)
        : base(name, inputs, outputs, [kernel.Depth, kernel.Height, kernel.Width], groups, bias, true, initializer)
    {
        this.stride = stride;
        this.padding = padding;
        this.outputPadding = outputPadding;
        this.dilation = dilation;
    }

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) =>
        x.ConvTranspose3d(x.Tape.Parameter(Weight), BiasOn(x), stride, padding, outputPadding, dilation, Groups);
}
