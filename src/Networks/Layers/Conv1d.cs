using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>A convolution of sequences: [batch, inputs, length] to [batch, outputs, …].</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Conv1d<T> : ConvolutionLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int stride;
    private readonly int padding;
    private readonly int dilation;
    private readonly bool same;

    /// <summary>Creates the layer, with weights and bias uniform in ±1/√fan-in.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="inputs">The number of input channels.</param>
    /// <param name="outputs">The number of output channels.</param>
    /// <param name="kernel">The extent of the kernel along the sequence.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <param name="same">Whether zeros are put around the input so that there are ⌈extent / stride⌉ positions.</param>
    /// <exception cref="ArgumentException">There is no channel, groups do not divide the channels, or the kernel is empty.</exception>
    public Conv1d(string name, int inputs, int outputs, int kernel, Initializer initializer, int stride = 1, int padding = 0, bool bias = true,
        int dilation = 1, int groups = 1, bool same = false)
        : base(name, inputs, outputs, [kernel], groups, bias, false, initializer)
    {
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.same = same;
    }

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) =>
        x.Conv1d(x.Tape.Parameter(Weight), BiasOn(x), stride, padding, dilation, Groups, same);
}
