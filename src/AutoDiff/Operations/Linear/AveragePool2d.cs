using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The mean of every window of [batch, channels, height, width] images.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="kernel">Rows and columns of a window.</param>
    /// <param name="stride">Positions from one window to the next.</param>
    /// <param name="padding">Positions around the image.</param>
    /// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
    public struct AveragePool2d<T>(int kernel, int stride, int padding, bool countPadding) : ILinearRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private PoolingShape shape;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("average-pool 2-D", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape input = recording.Input(0).Shape;
            if (input.Rank != 4)
                throw new ArgumentException($"average-pool 2-D: an input of shape {input} was given; it must be [batch, channels, height, width].");
            shape = new PoolingShape(input[0], input[1], input[2], input[3], kernel, kernel, stride, stride, padding, padding);
            shape.Validate();
            NDArray<T> y = recording.Rent(Shape.Of(input[0], input[1], shape.OutputHeight, shape.OutputWidth));
            recording.Device.AveragePool(shape, recording.ContiguousInput(0), y, countPadding);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            context.Device.AveragePoolPullback(shape, context.Cotangent, dx, countPadding, accumulate);
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            context.Device.AveragePool(shape, dx, context.OutputTangent, countPadding);
            context.ReturnCopy(copy);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Average pooling.</content>
    public static partial class Operations
    {
        /// <summary>The mean of every window.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="kernel">Rows and columns of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions around the image.</param>
        /// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
        public static Var<T> AveragePool2d<T>(this Var<T> x, int kernel, int? stride = null, int padding = 0, bool countPadding = true)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new AveragePool2d<T>(kernel, stride ?? kernel, padding, countPadding));
    }
}
