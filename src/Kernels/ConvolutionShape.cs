namespace ConservativeAD.Kernels;

/// <summary>
/// The sizes of a convolution (a correlation, as networks use the word) of images laid out as [batch, channels, height, width] with
/// weights laid out as [output channels, input channels / groups, kernel height, kernel width].
/// </summary>
/// <param name="Batch">Images.</param>
/// <param name="InputChannels">Channels of an input image; a multiple of the groups.</param>
/// <param name="InputHeight">Rows of the input.</param>
/// <param name="InputWidth">Columns of the input.</param>
/// <param name="OutputChannels">Channels of an output image; a multiple of the groups.</param>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="StrideHeight">Rows from one placement of the kernel to the next.</param>
/// <param name="StrideWidth">Columns from one placement of the kernel to the next.</param>
/// <param name="PaddingHeight">Rows of zeros above and below.</param>
/// <param name="PaddingWidth">Columns of zeros left and right.</param>
/// <param name="DilationHeight">Rows from one row of the kernel to the next.</param>
/// <param name="DilationWidth">Columns from one column of the kernel to the next.</param>
/// <param name="Groups">Groups of channels that are convolved independently.</param>
public readonly record struct ConvolutionShape(
    int Batch,
    int InputChannels,
    int InputHeight,
    int InputWidth,
    int OutputChannels,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight = 1,
    int StrideWidth = 1,
    int PaddingHeight = 0,
    int PaddingWidth = 0,
    int DilationHeight = 1,
    int DilationWidth = 1,
    int Groups = 1)
{
    /// <summary>Rows of the output.</summary>
    public int OutputHeight => (int)(((InputHeight + (2L * PaddingHeight) - SpanHeight) / StrideHeight) + 1);

    /// <summary>Columns of the output.</summary>
    public int OutputWidth => (int)(((InputWidth + (2L * PaddingWidth) - SpanWidth) / StrideWidth) + 1);

    /// <summary>Elements of the input.</summary>
    public int InputLength => Batch * InputChannels * InputHeight * InputWidth;

    /// <summary>Elements of the weights.</summary>
    public int WeightLength => OutputChannels * Taps;

    /// <summary>Elements of the output.</summary>
    public int OutputLength => Batch * OutputChannels * OutputHeight * OutputWidth;

    /// <summary>The number of weights that act on one element of the output: input channels of a group times the kernel's elements.</summary>
    internal int Taps => InputChannels / Groups * KernelHeight * KernelWidth;

    private long SpanHeight => ((KernelHeight - 1L) * DilationHeight) + 1;

    private long SpanWidth => ((KernelWidth - 1L) * DilationWidth) + 1;

    /// <summary>Checks that the sizes are consistent.</summary>
    /// <exception cref="ArgumentException">They are not; the message names the sizes.</exception>
    public void Validate()
    {
        if (Batch < 0 || InputChannels < 1 || InputHeight < 1 || InputWidth < 1)
            throw new ArgumentException(
                $"A convolution needs images of at least one element; the input is [{Batch}, {InputChannels}, {InputHeight}, {InputWidth}].");
        if (OutputChannels < 1 || KernelHeight < 1 || KernelWidth < 1)
            throw new ArgumentException(
                $"A convolution needs at least one output channel and a kernel of at least 1 × 1; it has {OutputChannels} and {KernelHeight} × {KernelWidth}.");
        if (StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1)
            throw new ArgumentException(
                $"Stride and dilation of a convolution are at least 1; the stride is {StrideHeight} × {StrideWidth} and the dilation {DilationHeight} × "
                    + $"{DilationWidth}.");
        if (PaddingHeight < 0 || PaddingWidth < 0)
            throw new ArgumentException($"The padding of a convolution is at least 0; it is {PaddingHeight} × {PaddingWidth}.");
        if (Groups < 1 || InputChannels % Groups != 0 || OutputChannels % Groups != 0)
            throw new ArgumentException(
                $"The groups of a convolution divide its channels; {Groups} groups were asked of {InputChannels} input and {OutputChannels} output channels.");
        if (SpanHeight > InputHeight + (2L * PaddingHeight) || SpanWidth > InputWidth + (2L * PaddingWidth))
            throw new ArgumentException(
                $"A kernel of {KernelHeight} × {KernelWidth} with dilation {DilationHeight} × {DilationWidth} does not fit into an input of {InputHeight} × "
                    + $"{InputWidth} padded by {PaddingHeight} × {PaddingWidth}.");

        // Offsets within one padded image, and lengths of whole tensors, are of type int.
        decimal padded = (decimal)InputChannels * (InputHeight + (2L * PaddingHeight)) * (InputWidth + (2L * PaddingWidth));
        decimal taps = (decimal)(InputChannels / Groups) * KernelHeight * KernelWidth;
        decimal largest = Math.Max(padded,
            Math.Max(taps * OutputChannels,
                (decimal)Batch * Math.Max((decimal)InputChannels * InputHeight * InputWidth, (decimal)OutputChannels * OutputHeight * OutputWidth)));
        if (largest > int.MaxValue)
            throw new ArgumentException($"A convolution works on arrays of at most {int.MaxValue} elements; {this} has one of {largest}.");
    }

    /// <summary>The sizes as text for messages.</summary>
    /// <returns>Input, kernel, stride, padding, dilation and groups.</returns>
    public override string ToString() =>
        $"[{Batch}, {InputChannels}, {InputHeight}, {InputWidth}] convolved to {OutputChannels} channels by {KernelHeight} × {KernelWidth}, stride "
        + $"{StrideHeight} × {StrideWidth}, padding {PaddingHeight} × {PaddingWidth}, dilation {DilationHeight} × {DilationWidth}, groups {Groups}";
}
