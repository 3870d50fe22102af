using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>A convolution of images: [batch, inputs, height, width] to [batch, outputs, …].</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Conv2d<T> : ConvolutionLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Size2d? stride;
    private readonly Size2d? padding;
    private readonly Size2d? dilation;
    private readonly bool same;

    /// <summary>Creates the layer, with weights and bias uniform in ±1/√fan-in.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="inputs">The number of input channels.</param>
    /// <param name="outputs">The number of output channels.</param>
    /// <param name="kernel">The extent of the kernel along height and width.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="stride">Positions from one placement of the kernel to the next; 1 if null.</param>
    /// <param name="padding">Zeros on each side; 0 if null.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="dilation">Positions from one kernel element to the next; 1 if null.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <param name="same">Whether zeros are put around the input so that there are ⌈extent / stride⌉ positions.</param>
    /// <exception cref="ArgumentException">There is no channel, groups do not divide the channels, or the kernel is empty.</exception>
    public Conv2d(string name, int inputs, int outputs, Size2d kernel, Initializer initializer, Size2d? stride = null, Size2d? padding = null,
        bool bias = true, Size2d? dilation = null, int groups = 1, bool same = false)
        : base(name, inputs, outputs, [kernel.Height, kernel.Width], groups, bias, false, initializer)
    {
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.same = same;
    }

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) =>
        x.Conv2d(x.Tape.Parameter(Weight), BiasOn(x), stride, padding, dilation, Groups, same);
}
