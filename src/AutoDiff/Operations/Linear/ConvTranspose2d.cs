using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// Transposed convolution: the adjoint, in its input, of the two-dimensional convolution with the same weights. Inputs: x of shape [batch, channels,
    /// height, width], W of shape [channels, out / groups, kernel height, kernel width] and, optionally, b of shape [out].
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="height">Rows of the output.</param>
    /// <param name="width">Columns of the output.</param>
    /// <param name="stride">Positions of the output from one position of the input to the next.</param>
    /// <param name="padding">Positions taken away on each side of the output.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    public struct ConvTranspose2d<T>(int height, int width, Size2d stride, Size2d padding, Size2d dilation, int groups)
        : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The sizes of the convolution from the output to the input.
        private ConvolutionShape shape;
        private NDArray<T> x;
        private NDArray<T> weight;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("transposed conv2d", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Product
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape input = recording.Input(0).Shape, kernel = recording.Input(1).Shape;
            new ConvolutionArguments("transposed conv2d", input, kernel, groups).Check(recording.InputCount > 2 ? recording.Input(2).Shape : null, 2, true);
            int outputs = kernel[1] * groups;
            shape = new ConvolutionShape(input[0], outputs, height, width, kernel[0], kernel[2], kernel[3], stride.Height, stride.Width, padding.Height,
                padding.Width, dilation.Height, dilation.Width, groups);
            shape.Validate();
            if (shape.OutputHeight != input[2] || shape.OutputWidth != input[3])
                throw new ArgumentException(
                    $"transposed conv2d: {shape} yields {shape.OutputHeight} × {shape.OutputWidth}, and the input has shape {input}.");
            x = recording.ContiguousInput(0);
            weight = recording.ContiguousInput(1);
            NDArray<T> y = recording.Rent(Shape.Of(input[0], outputs, height, width));
            if (recording.InputCount > 2)
                recording.Device.Copy(recording.Input(2).Reshape(Shape.Of(outputs, 1, 1)).BroadcastTo(y.Shape), y);
            recording.Device.ConvolutionDataGradient(shape, x, weight, y, recording.InputCount > 2);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (context.Needs(0))
            {
                NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
                Convolve(context.Device, context.Selections, context.Cotangent, weight, dx, accumulate);
            }

            if (context.Needs(1))
            {
                NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
                WeightGradient(context.Device, context.Selections, context.Cotangent, x, dw, accumulate);
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
                Convolve(context.Device, context.Selections, context.Cotangent, context.Tangent(1), dx, accumulate);
            }

            if (context.Needs(1) && context.Moves(0))
            {
                NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
                WeightGradient(context.Device, context.Selections, context.Cotangent, context.Tangent(0), dw, accumulate);
            }
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            input == 0 ? Dependence.Examples(1, node.Input(0).Shape, node.Output.Shape) : null;

        readonly bool IVectorises<T>.CanVectorise(in Examples<T> of) => !of.VariesFrom(1);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            ConvTranspose2d<T> rule = new(height, width, stride, padding, dilation, groups);
            return of.Shaped(of.InputCount > 2 ? of.Tape.Record(rule, of.Merged(0), of[1], of[2]) : of.Tape.Record(rule, of.Merged(0), of[1]));
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dy = context.OutputTangent;
            bool moved = false;
            if (context.InputCount > 2 && context.Moves(2))
            {
                NDArray<T> db = context.ContiguousTangent(2, out NDArray<T> copy);
                context.Device.Copy(db.Reshape(Shape.Of(db.Count, 1, 1)).BroadcastTo(dy.Shape), dy);
                context.ReturnCopy(copy);
                moved = true;
            }

            if (context.Moves(0))
            {
                NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
                Spread(context, dx, weight, dy, CarriedOperand.First, moved);
                context.ReturnCopy(copy);
                moved = true;
            }

            if (context.Moves(1))
            {
                NDArray<T> dw = context.ContiguousTangent(1, out NDArray<T> copy);
                Spread(context, x, dw, dy, CarriedOperand.Second, moved);
                context.ReturnCopy(copy);
            }
        }

        private readonly void Spread(in TangentContext<T> context, in NDArray<T> input, in NDArray<T> weights, in NDArray<T> y, CarriedOperand carried,
            bool accumulate)
        {
            if (context.Selections.AbsorbingZero)
                context.Device.CarriedConvolutionDataGradient(shape, input, weights, y, accumulate, carried);
            else
                context.Device.ConvolutionDataGradient(shape, input, weights, y, accumulate);
        }

        private readonly void Convolve(Device device, Selections selections, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate)
        {
            NDArray<T> result = accumulate ? device.Allocate<T>(dx.Shape) : dx;
            if (selections.AbsorbingZero)
                device.CarriedConvolution(shape, dy, weights, result, CarriedOperand.First);
            else
                device.Convolution(shape, dy, weights, default, result);
            if (!accumulate)
                return;
            device.Copy(result, dx, true);
            device.Return(result);
        }

        private readonly void WeightGradient(Device device, Selections selections, in NDArray<T> dy, in NDArray<T> input, in NDArray<T> dw, bool accumulate)
        {
            if (selections.AbsorbingZero)
                device.CarriedConvolutionWeightGradient(shape, dy, input, dw, accumulate, CarriedOperand.First);
            else
                device.ConvolutionWeightGradient(shape, dy, input, dw, accumulate);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Transposed convolution of images.</content>
    public static partial class Operations
    {
        /// <summary>
        /// Transposed convolution of images, plus b: every element of x puts W, times itself, into the output. With the same numbers it leads from the
        /// output's extents of a convolution back to its input's; <paramref name="outputPadding"/> says which of those that have the same output.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="weight">[channels, out / groups, kernel height, kernel width].</param>
        /// <param name="bias">[out]; 0 if null.</param>
        /// <param name="stride">Positions of the output from one position of the input to the next; 1 if null.</param>
        /// <param name="padding">Positions taken away on each side of the output; 0 if null.</param>
        /// <param name="outputPadding">Rows and columns added below and to the right; less than the stride or the dilation; 0 if null.</param>
        /// <param name="dilation">Positions from one kernel element to the next; 1 if null.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <returns>[batch, out, rows, columns], with (height − 1)·stride − 2·padding + (kernel − 1)·dilation + 1 + output padding rows.</returns>
        /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is out of range.</exception>
        public static Var<T> ConvTranspose2d<T>(this Var<T> x, Var<T> weight, Var<T>? bias = null, Size2d? stride = null, Size2d? padding = null,
            Size2d? outputPadding = null, Size2d? dilation = null, int groups = 1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ConvolutionArguments arguments = new("transposed conv2d", x.Shape, weight.Shape, groups);
            arguments.Check(bias?.Shape, 2, true);
            Size2d step = stride ?? Size2d.One, around = padding ?? 0, more = outputPadding ?? 0, apart = dilation ?? Size2d.One;
            int height = arguments.TransposedExtent(0, step.Height, around.Height, more.Height, apart.Height),
                width = arguments.TransposedExtent(1, step.Width, around.Width, more.Width, apart.Width);
            return x.Spread(weight, bias, height, width, step, around, apart, groups, more);
        }

        // An output padding of a whole stride or more is reached by rows of zeros at the end of the input.
        private static Var<T> Spread<T>(this Var<T> x, Var<T> weight, Var<T>? bias, int height, int width, Size2d stride, Size2d padding, Size2d dilation,
            int groups, Size2d outputPadding)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int rows = outputPadding.Height / stride.Height, columns = outputPadding.Width / stride.Width;
            Var<T> padded = rows + columns == 0 ? x : x.Pad([0, 0], [rows, columns]);
            ConvTranspose2d<T> rule = new(height, width, stride, padding, dilation, groups);
            return bias is { } shift ? x.Tape.Record(rule, padded, weight, shift) : x.Tape.Record(rule, padded, weight);
        }
    }
}
