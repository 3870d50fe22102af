using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// Two-dimensional convolution (a cross-correlation, as is usual for networks). Inputs: x of shape [batch, channels, height, width], W of shape [out,
    /// channels / groups, kernel height, kernel width] and, optionally, b of shape [out].
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    public struct Conv2d<T>(Size2d stride, Size2d padding, Size2d dilation, int groups) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private ConvolutionShape shape;
        private NDArray<T> x;
        private NDArray<T> weight;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("conv2d", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Product
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape input = recording.Input(0).Shape, kernel = recording.Input(1).Shape;
            new ConvolutionArguments("conv2d", input, kernel, groups).Check(recording.InputCount > 2 ? recording.Input(2).Shape : null, 2, false);
            shape = new ConvolutionShape(input[0], input[1], input[2], input[3], kernel[0], kernel[2], kernel[3], stride.Height, stride.Width, padding.Height,
                padding.Width, dilation.Height, dilation.Width, groups);
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
                DataGradient(context.Device, context.Selections, context.Cotangent, weight, dx, accumulate);
            }

            if (context.Needs(1))
            {
                NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
                WeightGradient(context.Device, context.Selections, x, context.Cotangent, dw, accumulate);
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
                DataGradient(context.Device, context.Selections, context.Cotangent, context.Tangent(1), dx, accumulate);
            }

            if (context.Needs(1) && context.Moves(0))
            {
                NDArray<T> dw = context.InputCotangent(1, out bool accumulate);
                WeightGradient(context.Device, context.Selections, context.Tangent(0), context.Cotangent, dw, accumulate);
            }
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            Shape weights = node.Input(1).Shape, channels = Shape.Of(weights[0], 1, 1);
            return input switch
            {
                0 => ConvolutionArguments.DependenceOnImages(shape),
                1 => Dependence.Grouped(weights, Shape.Of(weights[0], 1, 1, 1), channels, node.Output.Shape),
                _ => Dependence.Grouped(Shape.Of(weights[0]), Shape.Of(weights[0]), channels, node.Output.Shape),
            };
        }

        readonly bool IVectorises<T>.CanVectorise(in Examples<T> of) => !of.VariesFrom(1);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            Conv2d<T> rule = new(stride, padding, dilation, groups);
            return of.Shaped(of.InputCount > 2 ? of.Tape.Record(rule, of.Merged(0), of[1], of[2]) : of.Tape.Record(rule, of.Merged(0), of[1]));
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dy = context.OutputTangent, term = context.Rent(dy.Shape);
            context.Device.Fill(dy, T.Zero);
            if (context.Moves(0))
            {
                NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
                Convolve(context, dx, weight, term, CarriedOperand.First);
                context.Device.Copy(term, dy, true);
                context.ReturnCopy(copy);
            }

            if (context.Moves(1))
            {
                NDArray<T> dw = context.ContiguousTangent(1, out NDArray<T> copy);
                Convolve(context, x, dw, term, CarriedOperand.Second);
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

        private readonly void Convolve(in TangentContext<T> context, in NDArray<T> input, in NDArray<T> weights, in NDArray<T> y, CarriedOperand carried)
        {
            if (context.Selections.AbsorbingZero)
                context.Device.CarriedConvolution(shape, input, weights, y, carried);
            else
                context.Device.Convolution(shape, input, weights, default, y);
        }

        private readonly void DataGradient(Device device, Selections selections, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate)
        {
            if (selections.AbsorbingZero)
                device.CarriedConvolutionDataGradient(shape, dy, weights, dx, accumulate);
            else
                device.ConvolutionDataGradient(shape, dy, weights, dx, accumulate);
        }

        private readonly void WeightGradient(Device device, Selections selections, in NDArray<T> input, in NDArray<T> dy, in NDArray<T> dw, bool accumulate)
        {
            if (selections.AbsorbingZero)
                device.CarriedConvolutionWeightGradient(shape, input, dy, dw, accumulate);
            else
                device.ConvolutionWeightGradient(shape, input, dy, dw, accumulate);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Convolution of images.</content>
    public static partial class Operations
    {
        /// <summary>x ∗ W + b, for images.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="weight">[out, channels / groups, kernel height, kernel width].</param>
        /// <param name="bias">[out]; 0 if null.</param>
        /// <param name="stride">Positions from one placement of the kernel to the next; 1 if null.</param>
        /// <param name="padding">Zeros on each side; 0 if null.</param>
        /// <param name="dilation">Positions from one kernel element to the next; 1 if null.</param>
        /// <param name="groups">The number of independent groups of channels.</param>
        /// <param name="same">
        /// Whether zeros are put around the images so that the output has ⌈extent / stride⌉ positions: as many on both sides or, where that is not
        /// possible, one more below and to the right.
        /// </param>
        /// <returns>[batch, out, rows, columns].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is out of range.</exception>
        public static Var<T> Conv2d<T>(this Var<T> x, Var<T> weight, Var<T>? bias = null, Size2d? stride = null, Size2d? padding = null,
            Size2d? dilation = null, int groups = 1, bool same = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ConvolutionArguments arguments = new("conv2d", x.Shape, weight.Shape, groups);
            arguments.Check(bias?.Shape, 2, false);
            Size2d step = stride ?? Size2d.One, around = padding ?? 0, apart = dilation ?? Size2d.One;
            (int top, int bottom) = arguments.Zeros(0, step.Height, around.Height, apart.Height, same);
            (int left, int right) = arguments.Zeros(1, step.Width, around.Width, apart.Width, same);
            Var<T> padded = bottom == top && right == left ? x : x.Pad([0, 0], [bottom - top, right - left]);
            return padded.Convolved(weight, bias, step, new Size2d(top, left), apart, groups);
        }

        private static Var<T> Convolved<T>(this Var<T> x, Var<T> weight, Var<T>? bias, Size2d stride, Size2d padding, Size2d dilation, int groups)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Conv2d<T> rule = new(stride, padding, dilation, groups);
            return bias is { } shift ? x.Tape.Record(rule, x, weight, shift) : x.Tape.Record(rule, x, weight);
        }
    }
}
