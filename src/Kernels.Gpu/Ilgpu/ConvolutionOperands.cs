using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The sizes of a convolution as its kernels use them, for one group of channels.</summary>
internal readonly struct ConvolutionWalk
{
    public readonly int InputChannels;
    public readonly int InputHeight;
    public readonly int InputWidth;
    public readonly int OutputChannels;
    public readonly int OutputHeight;
    public readonly int OutputWidth;
    public readonly int Groups;
    private readonly int kernelHeight;
    private readonly int kernelWidth;
    private readonly int strideHeight;
    private readonly int strideWidth;
    private readonly int paddingHeight;
    private readonly int paddingWidth;
    private readonly int dilationHeight;
    private readonly int dilationWidth;

    public ConvolutionWalk(in ConvolutionShape shape)
    {
        Groups = shape.Groups;
        InputChannels = shape.InputChannels / shape.Groups;
        InputHeight = shape.InputHeight;
        InputWidth = shape.InputWidth;
        OutputChannels = shape.OutputChannels / shape.Groups;
        OutputHeight = shape.OutputHeight;
        OutputWidth = shape.OutputWidth;
        kernelHeight = shape.KernelHeight;
        kernelWidth = shape.KernelWidth;
        strideHeight = shape.StrideHeight;
        strideWidth = shape.StrideWidth;
        paddingHeight = shape.PaddingHeight;
        paddingWidth = shape.PaddingWidth;
        dilationHeight = shape.DilationHeight;
        dilationWidth = shape.DilationWidth;
    }

    /// <summary>Elements of a channel of the output.</summary>
    public int OutputPlane => OutputHeight * OutputWidth;

    /// <summary>Elements of a channel of the input.</summary>
    public int InputPlane => InputHeight * InputWidth;

    /// <summary>Elements of a channel of the kernel.</summary>
    public int KernelPlane => kernelHeight * kernelWidth;

    /// <summary>
    /// The offset of the input element that a tap (channel, row and column of the kernel, in one number) multiplies for a position of the output (image and
    /// place); −1 in the padding.
    /// </summary>
    public int InputAt(int group, int tap, int position)
    {
        int plane = KernelPlane, channel = tap / plane, place = tap - (channel * plane), i = place / kernelWidth, j = place - (i * kernelWidth);
        int outputs = OutputPlane, image = position / outputs, at = position - (image * outputs), row = at / OutputWidth, column = at - (row * OutputWidth);
        int h = (row * strideHeight) - paddingHeight + (i * dilationHeight), w = (column * strideWidth) - paddingWidth + (j * dilationWidth);
        if (h < 0 || h >= InputHeight || w < 0 || w >= InputWidth)
            return -1;
        return (((((image * Groups) + group) * InputChannels) + channel) * InputPlane) + (h * InputWidth) + w;
    }

    /// <summary>
    /// The offset of the output element to which a tap (output channel, row and column of the kernel) contributes a place of the input (image and place); −1 if
    /// there is none.
    /// </summary>
    public int OutputAt(int group, int tap, int place)
    {
        int channel = tap / KernelPlane, position = PositionAt(tap - (channel * KernelPlane), place), image = place / InputPlane;
        return position < 0 ? -1 : (((((image * Groups) + group) * OutputChannels) + channel) * OutputPlane) + position;
    }

    /// <summary>The position of the output that reads a place of the input (image and place) with an element of the kernel; −1 if there is none.</summary>
    public int PositionAt(int kernelPlace, int place)
    {
        int i = kernelPlace / kernelWidth, j = kernelPlace - (i * kernelWidth), at = place % InputPlane, h = at / InputWidth, w = at - (h * InputWidth);
        int row = h + paddingHeight - (i * dilationHeight), column = w + paddingWidth - (j * dilationWidth);
        if (row < 0 || column < 0 || row % strideHeight != 0 || column % strideWidth != 0)
            return -1;
        row /= strideHeight;
        column /= strideWidth;
        return row < OutputHeight && column < OutputWidth ? (row * OutputWidth) + column : -1;
    }

    /// <summary>The offset of the weight of an output channel, an input channel and a place of the kernel.</summary>
    public int WeightAt(int group, int outputChannel, int inputChannel, int place) =>
        (((((group * OutputChannels) + outputChannel) * InputChannels) + inputChannel) * KernelPlane) + place;
}

/// <summary>y = w·x: rows are output channels, columns positions of all images, the inner index the taps.</summary>
internal readonly struct ConvolutionOperands<E, L>(ConvolutionWalk walk, ArrayView<E> x, ArrayView<E> weights, ArrayView<E> bias, int hasBias, ArrayView<E> y)
    : IProductOperands<L>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public L Left(int batch, int row, int inner) => E.Load(weights[walk.WeightAt(batch, row, 0, inner)]);

    public L Right(int batch, int inner, int column)
    {
        int at = walk.InputAt(batch, inner, column);
        return at < 0 ? default : E.Load(x[at]);
    }

    public L Result(int batch, int row, int column) => E.Load(y[PlaceOf(batch, row, column)]);

    public void Store(int batch, int row, int column, L value)
    {
        if (hasBias != 0)
            value += E.Load(bias[(batch * walk.OutputChannels) + row]);
        y[PlaceOf(batch, row, column)] = E.Store(value);
    }

    private int PlaceOf(int batch, int row, int column)
    {
        int channel = (batch * walk.OutputChannels) + row, plane = walk.OutputPlane, image = column / plane;
        return (((image * walk.Groups * walk.OutputChannels) + channel) * plane) + column - (image * plane);
    }
}

/// <summary>dx = wᵀ·dy: rows are input channels, columns places of all images, the inner index output channels and places of the kernel.</summary>
internal readonly struct DataGradientOperands<E, L>(ConvolutionWalk walk, ArrayView<E> dy, ArrayView<E> weights, ArrayView<E> dx, int accumulate)
    : IProductOperands<L>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public L Left(int batch, int row, int inner)
    {
        int plane = walk.KernelPlane, channel = inner / plane;
        return E.Load(weights[walk.WeightAt(batch, channel, row, inner - (channel * plane))]);
    }

    public L Right(int batch, int inner, int column)
    {
        int at = walk.OutputAt(batch, inner, column);
        return at < 0 ? default : E.Load(dy[at]);
    }

    public L Result(int batch, int row, int column) => E.Load(dx[PlaceOf(batch, row, column)]);

    public void Store(int batch, int row, int column, L value)
    {
        int at = PlaceOf(batch, row, column);
        if (accumulate != 0)
            value = E.Load(dx[at]) + value;
        dx[at] = E.Store(value);
    }

    private int PlaceOf(int batch, int row, int column)
    {
        int channel = (batch * walk.InputChannels) + row, plane = walk.InputPlane, image = column / plane;
        return (((image * walk.Groups * walk.InputChannels) + channel) * plane) + column - (image * plane);
    }
}

/// <summary>dw = dy·xᵀ: rows are output channels, columns taps, the inner index positions of all images.</summary>
internal readonly struct WeightGradientOperands<E, L>(ConvolutionWalk walk, ArrayView<E> x, ArrayView<E> dy, ArrayView<E> dw, int accumulate)
    : IProductOperands<L>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public L Left(int batch, int row, int inner)
    {
        int plane = walk.OutputPlane, image = inner / plane;
        return E.Load(dy[(((((image * walk.Groups) + batch) * walk.OutputChannels) + row) * plane) + inner - (image * plane)]);
    }

    public L Right(int batch, int inner, int column)
    {
        int at = walk.InputAt(batch, column, inner);
        return at < 0 ? default : E.Load(x[at]);
    }

    public L Result(int batch, int row, int column) => E.Load(dw[walk.WeightAt(batch, row, 0, column)]);

    public void Store(int batch, int row, int column, L value)
    {
        int at = walk.WeightAt(batch, row, 0, column);
        if (accumulate != 0)
            value = E.Load(dw[at]) + value;
        dw[at] = E.Store(value);
    }
}
