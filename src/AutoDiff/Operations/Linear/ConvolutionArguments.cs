using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>What a convolution is given, checked with messages that name the shapes as the caller knows them.</summary>
/// <param name="operation">The operation's name.</param>
/// <param name="x">The input's shape.</param>
/// <param name="weight">The weights' shape.</param>
/// <param name="groups">The number of groups of channels.</param>
internal readonly struct ConvolutionArguments(string operation, Shape x, Shape weight, int groups)
{
    private static readonly string[] AxisNames = ["length", "height, width", "depth, height, width"];

    private string Given => $"{operation}: an input of shape {x}, weights of shape {weight} and {groups} group(s) were given";

    /// <summary>Checks ranks, channels, groups and the bias.</summary>
    /// <param name="bias">The bias's shape, if there is one.</param>
    /// <param name="axes">The number of axes that the kernel moves along.</param>
    /// <param name="isTransposed">Whether the weights are those of the transposed convolution, with the input's channels first.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public void Check(Shape? bias, int axes, bool isTransposed)
    {
        string extents = AxisNames[axes - 1];
        if (x.Rank != axes + 2 || weight.Rank != axes + 2)
            throw new ArgumentException(isTransposed
                ? $"{Given}; they must be [batch, channels, {extents}] and [channels, out / groups, {extents}]."
                : $"{Given}; they must be [batch, channels, {extents}] and [out, channels / groups, {extents}].");
        bool fits = groups > 0 && weight[0] % groups == 0 && (isTransposed ? x[1] == weight[0] : x[1] == (long)weight[1] * groups);
        if (!fits)
            throw new ArgumentException(isTransposed
                ? $"{Given}; the input has as many channels as the weights have rows, and groups divide them."
                : $"{Given}; the input has as many channels as a row of the weights, times the groups, and groups divide the rows.");
        int outputs = isTransposed ? weight[1] * groups : weight[0];
        if (bias is { } shift && (shift.Rank != 1 || shift[0] != outputs))
            throw new ArgumentException($"{operation}: a bias of shape {shift} does not fit weights of shape {weight}; it must be [{outputs}].");
    }

    /// <summary>The zeros before and after an axis.</summary>
    /// <param name="axis">The axis, counted from the first that the kernel moves along.</param>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="same">Whether the padding is instead what gives ⌈extent / stride⌉ positions.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the kernel does not fit.</exception>
    public (int Before, int After) Zeros(int axis, int stride, int padding, int dilation, bool same)
    {
        int extent = x[axis + 2], kernel = weight[axis + 2];
        CheckNumbers(stride, padding, dilation);
        if (extent < 1 || kernel < 1)
            throw new ArgumentException($"{Given}; images and kernels have at least one element.");
        long span = ((kernel - 1L) * dilation) + 1;
        if (same)
        {
            if (padding != 0)
                throw new ArgumentException($"{operation}: a padding of {padding} was given together with 'same'; 'same' chooses the padding itself.");
            long outputs = ((extent - 1L) / stride) + 1, total = Math.Max(0, ((outputs - 1) * stride) + span - extent);
            return (checked((int)(total / 2)), checked((int)(total - (total / 2))));
        }

        if (span > extent + (2L * padding))
            throw new ArgumentException($"{Given}; a kernel of {kernel} with dilation {dilation} does not fit into {extent} positions padded by {padding}.");
        return (padding, padding);
    }

    /// <summary>The extent of an axis of a transposed convolution's output.</summary>
    /// <param name="axis">The axis, counted from the first that the kernel moves along.</param>
    /// <param name="stride">Positions of the output from one position of the input to the next.</param>
    /// <param name="padding">Positions taken away on each side.</param>
    /// <param name="outputPadding">Positions added at the end.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <exception cref="ArgumentException">A number is out of range, or nothing is left.</exception>
    public int TransposedExtent(int axis, int stride, int padding, int outputPadding, int dilation)
    {
        int extent = x[axis + 2], kernel = weight[axis + 2];
        CheckNumbers(stride, padding, dilation);
        if (outputPadding < 0 || outputPadding >= Math.Max(stride, dilation))
            throw new ArgumentException(
                $"{operation}: an output padding of {outputPadding} was given for stride {stride} and dilation {dilation}; it is at least 0 and less than "
                    + $"the larger of the two.");
        if (extent < 1 || kernel < 1)
            throw new ArgumentException($"{Given}; images and kernels have at least one element.");
        long output = ((extent - 1L) * stride) - (2L * padding) + ((kernel - 1L) * dilation) + 1 + outputPadding;
        if (output is < 1 or > int.MaxValue)
            throw new ArgumentException(
                $"{Given}; with stride {stride}, padding {padding}, output padding {outputPadding} and dilation {dilation} an axis of the output would have "
                    + $"{output} positions.");
        return (int)output;
    }

    /// <summary>What the outputs of a convolution depend on: all channels of their group at the positions under the kernel.</summary>
    /// <param name="shape">The sizes.</param>
    public static Dependence DependenceOnImages(in ConvolutionShape shape)
    {
        int height = shape.OutputHeight, width = shape.OutputWidth, plane = shape.InputHeight * shape.InputWidth;
        int channels = Math.Max(1, shape.InputChannels / shape.Groups), outputs = Math.Max(1, shape.OutputChannels / shape.Groups);
        int[] inputGroups = new int[shape.InputLength];
        for (int i = 0; i < inputGroups.Length; i++)
            inputGroups[i] = (i / (plane * channels) * plane) + (i % plane);
        int[][] taps = new int[shape.KernelHeight * shape.KernelWidth][];
        for (int tap = 0; tap < taps.Length; tap++)
        {
            int down = (tap / shape.KernelWidth * shape.DilationHeight) - shape.PaddingHeight;
            int right = (tap % shape.KernelWidth * shape.DilationWidth) - shape.PaddingWidth;
            taps[tap] = new int[shape.OutputLength];
            for (int i = 0; i < taps[tap].Length; i++)
            {
                int row = (i / width % height * shape.StrideHeight) + down, column = (i % width * shape.StrideWidth) + right;
                bool isInside = row >= 0 && row < shape.InputHeight && column >= 0 && column < shape.InputWidth;
                taps[tap][i] = isInside ? (i / (width * height * outputs) * plane) + (row * shape.InputWidth) + column : -1;
            }
        }

        return new Dependence(inputGroups, taps);
    }

    private void CheckNumbers(int stride, int padding, int dilation)
    {
        if (stride < 1 || dilation < 1)
            throw new ArgumentException($"{operation}: a stride of {stride} and a dilation of {dilation} were given; both are at least 1.");
        if (padding < 0)
            throw new ArgumentException($"{operation}: a padding of {padding} was given; it is at least 0.");
    }
}
