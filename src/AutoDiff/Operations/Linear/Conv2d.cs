using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>Two-dimensional convolution (a correlation, as networks use the word). Inputs: x of shape [batch, channels, height, width], W of shape
/// [out, channels / groups, kernel height, kernel width] and, optionally, b of shape [out].</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="stride">Positions from one placement of the kernel to the next, in both directions.</param>
/// <param name="padding">Zeros on each side, in both directions.</param>
/// <param name="dilation">Positions from one kernel element to the next, in both directions.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct Conv2d<T>(int stride, int padding, int dilation, int groups) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int stride = stride;
    private readonly int padding = padding;
    private readonly int dilation = dilation;
    private readonly int groups = groups;
    private ConvolutionShape shape;
    private NDArray<T> x;
    private NDArray<T> weight;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("conv2d", TameClass.Polynomial) { Curvature = Curvature.Product };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        Shape input = recording.Input(0).Shape, kernel = recording.Input(1).Shape;
        if (input.Rank != 4 || kernel.Rank != 4 || input[1] != kernel[1] * groups)
            throw new ArgumentException($"conv2d: an input of shape {input} does not fit weights of shape {kernel} with {groups} group(s); they must be [batch, channels, height, width] and [out, channels / groups, height, width].");
        if (recording.InputCount > 2 && (recording.Input(2).Shape.Rank != 1 || recording.Input(2).Shape[0] != kernel[0]))
            throw new ArgumentException($"conv2d: a bias of shape {recording.Input(2).Shape} does not fit weights of shape {kernel}; it must be [{kernel[0]}].");
        shape = new ConvolutionShape(input[0], input[1], input[2], input[3], kernel[0], kernel[2], kernel[3], stride, stride, padding, padding, dilation, dilation, groups);
        shape.Validate();
        x = recording.ContiguousInput(0);
        weight = recording.ContiguousInput(1);
        NDArray<T> y = recording.Rent(Shape.Of(input[0], kernel[0], shape.OutputHeight, shape.OutputWidth));
        recording.Device.Convolution(shape, x, weight, recording.InputCount > 2 ? recording.ContiguousInput(2) : default, y);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (context.Needs(0))
        {
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            context.Device.ConvolutionDataGradient(shape, context.Cotangent, weight, dx, accumulate);
        }

        if (context.Needs(1))
        {
            NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
            context.Device.ConvolutionWeightGradient(shape, x, context.Cotangent, dw, accumulate);
        }

        if (context.InputCount > 2 && context.Needs(2))
        {
            NDArray<T> db = context.InputCotangent(2, out bool accumulate);
            context.Device.Reduce(default(Sum), context.Cotangent, db.Reshape(Shape.Of(db.Count, 1, 1)), accumulate);
        }
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (context.Needs(0) && context.Moves(1))
        {
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            context.Device.ConvolutionDataGradient(shape, context.Cotangent, context.Tangent(1), dx, accumulate);
        }

        if (context.Needs(1) && context.Moves(0))
        {
            NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
            context.Device.ConvolutionWeightGradient(shape, context.Tangent(0), context.Cotangent, dw, accumulate);
        }
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        NDArray<T> dy = context.OutputTangent, term = context.Rent(dy.Shape);
        context.Device.Fill(dy, T.Zero);
        if (context.Moves(0))
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            context.Device.Convolution(shape, dx, weight, default, term);
            context.Device.Copy(term, dy, true);
            context.ReturnCopy(copy);
        }

        if (context.Moves(1))
        {
            NDArray<T> dw = context.ContiguousTangent(1, out NDArray<T> copy);
            context.Device.Convolution(shape, x, dw, default, term);
            context.Device.Copy(term, dy, true);
            context.ReturnCopy(copy);
        }

        if (context.InputCount > 2 && context.Moves(2))
        {
            NDArray<T> db = context.ContiguousTangent(2, out NDArray<T> copy);
            context.Device.Copy(db.Reshape(Shape.Of(db.Count, 1, 1)), dy, true);
            context.ReturnCopy(copy);
        }

        context.Return(term);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;
}

/// <content>Convolution.</content>
public static partial class Operations
{
    /// <summary>x ∗ W, for images.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="weight">[out, channels / groups, kernel height, kernel width].</param>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    public static Var<T> Conv2d<T>(this Var<T> x, Var<T> weight, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new Conv2d<T>(stride, padding, dilation, groups), x, weight);

    /// <summary>x ∗ W + b, for images.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="weight">[out, channels / groups, kernel height, kernel width].</param>
    /// <param name="bias">[out].</param>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    public static Var<T> Conv2d<T>(this Var<T> x, Var<T> weight, Var<T> bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new Conv2d<T>(stride, padding, dilation, groups), x, weight, bias);
}
