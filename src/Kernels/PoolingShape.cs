using System.Globalization;

namespace ConservativeAD.Kernels;

/// <summary>The sizes of a pooling of volumes laid out as [batch, channels, depth, height, width]; images have a depth of one position.</summary>
/// <param name="Batch">Volumes.</param>
/// <param name="Channels">Channels of a volume.</param>
/// <param name="Depth">The windows along the depth.</param>
/// <param name="Height">The windows along the height.</param>
/// <param name="Width">The windows along the width.</param>
public readonly record struct PoolingShape(int Batch, int Channels, PoolingAxis Depth, PoolingAxis Height, PoolingAxis Width)
{
    /// <summary>The sizes of a pooling of images laid out as [batch, channels, height, width], without dilation; a window that would extend past the padded
    /// border is left out.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="inputHeight">Rows of the input.</param>
    /// <param name="inputWidth">Columns of the input.</param>
    /// <param name="kernelHeight">Rows of a window.</param>
    /// <param name="kernelWidth">Columns of a window.</param>
    /// <param name="strideHeight">Rows from one window to the next.</param>
    /// <param name="strideWidth">Columns from one window to the next.</param>
    /// <param name="paddingHeight">Rows of padding above and below; fewer than the rows of a window.</param>
    /// <param name="paddingWidth">Columns of padding left and right; fewer than the columns of a window.</param>
    public PoolingShape(int batch, int channels, int inputHeight, int inputWidth, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth,
        int paddingHeight = 0, int paddingWidth = 0)
        : this(batch, channels, PoolingAxis.Single, new PoolingAxis(inputHeight, kernelHeight, strideHeight, paddingHeight),
            new PoolingAxis(inputWidth, kernelWidth, strideWidth, paddingWidth))
    {
    }

    /// <summary>Volumes times channels: each is pooled separately.</summary>
    public int Planes => Batch * Channels;

    /// <summary>Elements of the input.</summary>
    public int InputLength => Planes * InputPlane;

    /// <summary>Elements of the output.</summary>
    public int OutputLength => Planes * OutputPlane;

    /// <summary>Elements of one channel of the input.</summary>
    internal int InputPlane => Depth.Input * Height.Input * Width.Input;

    /// <summary>Elements of one channel of the output.</summary>
    internal int OutputPlane => Depth.Output * Height.Output * Width.Output;

    private string Extents => string.Create(CultureInfo.InvariantCulture,
        $"[{Batch}, {Channels}, {(Depth == PoolingAxis.Single ? "" : $"{Depth.Input}, ")}{Height.Input}, {Width.Input}]");

    /// <summary>Checks that the sizes are consistent.</summary>
    /// <exception cref="ArgumentException">They are not; the message names the sizes.</exception>
    public void Validate()
    {
        if (Batch < 0 || Channels < 0 || Any(axis => axis.Input < 1))
            throw new ArgumentException($"Pooling needs images of at least one element; the input is {Extents}.");
        if (Any(axis => axis.IsAdaptive && axis.Output < 1))
            throw new ArgumentException($"Pooling to a given size needs at least one window along each axis; {Extents} was to be divided into {Windows}.");
        if (Any(axis => axis.Kernel < 1 || axis.Stride < 1 || axis.Dilation < 1))
            throw new ArgumentException(
                $"A pooling window, its stride and its dilation are at least 1; the window is {Of(axis => axis.Kernel)}, the stride "
                    + $"{Of(axis => axis.Stride)} and the dilation {Of(axis => axis.Dilation)}.");

        // A window that contains only padding has no largest element and no mean.
        if (Any(axis => axis.Padding < 0 || axis.Padding >= axis.Span))
            throw new ArgumentException(
                $"The padding of a pooling lies between 0 and one less than its window spans; the padding is {Of(axis => axis.Padding)}, the window "
                    + $"{Of(axis => axis.Kernel)} and its dilation {Of(axis => axis.Dilation)}.");
        if (Any(axis => axis.Span > axis.Input + (2L * axis.Padding)))
            throw new ArgumentException(
                $"A pooling window of {Of(axis => axis.Kernel)} does not fit into an input of {Of(axis => axis.Input)} padded by {Of(axis => axis.Padding)}"
                    + $"{(Any(axis => axis.Dilation > 1) ? $" with dilation {Of(axis => axis.Dilation)}" : "")}.");

        // Saved positions and window borders are of type int.
        if (Any(axis => axis.Input + (2L * axis.Padding) > int.MaxValue) || (decimal)Depth.Kernel * Height.Kernel * Width.Kernel > int.MaxValue)
            throw new ArgumentException(
                $"A pooling window of {Of(axis => axis.Kernel)} on an input padded by {Of(axis => axis.Padding)} is too large to be counted with integers of "
                    + $"32 bits.");
        decimal planes = (decimal)Batch * Channels, input = (decimal)Depth.Input * Height.Input * Width.Input,
            output = (decimal)Depth.Output * Height.Output * Width.Output, elements = planes * Math.Max(input, output);
        if (elements > int.MaxValue || planes > int.MaxValue || input > int.MaxValue || output > int.MaxValue)
            throw new ArgumentException($"A pooling works on at most {int.MaxValue} elements; {Extents} has {elements}.");
        if (Any(axis => axis.EmptyWindow() >= 0))
            throw new ArgumentException($"A window of the pooling has no element of its input: {this}.");
    }

    /// <summary>The elements of the input in one window.</summary>
    /// <param name="output">The flat index of the window's element of the output.</param>
    /// <returns>Their flat indices, in order.</returns>
    public IEnumerable<int> WindowOf(int output)
    {
        int plane = output / OutputPlane, column = output % Width.Output, row = output / Width.Output % Height.Output,
            slice = output / (Width.Output * Height.Output) % Depth.Output;
        for (int d = Depth.First(slice); d < Depth.End(slice); d += Depth.Step)
        {
            for (int h = Height.First(row); h < Height.End(row); h += Height.Step)
            {
                for (int w = Width.First(column); w < Width.End(column); w += Width.Step)
                    yield return (plane * InputPlane) + (((d * Height.Input) + h) * Width.Input) + w;
            }
        }
    }

    /// <summary>The sizes as text for messages.</summary>
    /// <returns>Input, windows, stride, padding and dilation.</returns>
    public override string ToString() => Width.IsAdaptive
        ? $"{Extents} pooled to {Windows}"
        : $"{Extents} pooled by {Of(axis => axis.Kernel)}, stride {Of(axis => axis.Stride)}, padding {Of(axis => axis.Padding)}"
            + (Any(axis => axis.Dilation > 1) ? $", dilation {Of(axis => axis.Dilation)}" : "");

    private string Windows => Of(axis => axis.Output);

    private bool Any(Func<PoolingAxis, bool> holds) => holds(Depth) || holds(Height) || holds(Width);

    private string Of(Func<PoolingAxis, int> number)
    {
        string plane = string.Create(CultureInfo.InvariantCulture, $"{number(Height)} × {number(Width)}");
        return Depth == PoolingAxis.Single ? plane : string.Create(CultureInfo.InvariantCulture, $"{number(Depth)} × {plane}");
    }
}
