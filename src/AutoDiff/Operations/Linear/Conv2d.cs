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
    /// <param name="stride">Positions from one placement of the kernel to the next, in both directions.</param>
    /// <param name="padding">Zeros on each side, in both directions.</param>
    /// <param name="dilation">Positions from one kernel element to the next, in both directions.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    public struct Conv2d<T>(int stride, int padding, int dilation, int groups) : ISmoothRule<T>
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
            if (input.Rank != 4 || kernel.Rank != 4 || input[1] != kernel[1] * groups)
                throw new ArgumentException(
                    $"conv2d: an input of shape {input} does not fit weights of shape {kernel} with {groups} group(s); they must be [batch, channels, "
                        + $"height, width] and [out, channels / groups, height, width].");
            if (recording.InputCount > 2 && (recording.Input(2).Shape.Rank != 1 || recording.Input(2).Shape[0] != kernel[0]))
                throw new ArgumentException(
                    $"conv2d: a bias of shape {recording.Input(2).Shape} does not fit weights of shape {kernel}; it must be [{kernel[0]}].");
            shape = new ConvolutionShape(input[0], input[1], input[2], input[3], kernel[0], kernel[2], kernel[3], stride, stride, padding, padding, dilation,
                dilation, groups);
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
        /// <param name="groups">The number of independent groups of channels.</param>
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
        /// <param name="groups">The number of independent groups of channels.</param>
        public static Var<T> Conv2d<T>(this Var<T> x, Var<T> weight, Var<T> bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new Conv2d<T>(stride, padding, dilation, groups), x, weight, bias);
    }
}
