using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The mean of every window of sequences, images or volumes.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="output">The shape of the output.</param>
    /// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
    public readonly struct AveragePool<T>(PoolingShape shape, Shape output, bool countPadding) : ILinearRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("average-pool", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            PoolingArguments.Check("average-pool", shape, recording.Input(0).Shape, output);
            NDArray<T> y = recording.Rent(output);
            recording.Device.AveragePool(shape, recording.ContiguousInput(0), y, countPadding);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            context.Device.AveragePoolPullback(shape, context.Cotangent, dx, countPadding, accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => PoolingArguments.DependenceOn(shape, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Shaped(of.Merged(0).Apply(new AveragePool<T>(
            shape with { Batch = checked(shape.Batch * of.Count) }, output.With(0, checked(output[0] * of.Count)), countPadding)));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
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
        /// <summary>The mean of every window of sequences.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, length].</param>
        /// <param name="kernel">Positions of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions on each side; fewer than those of a window.</param>
        /// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
        /// <param name="roundUp">
        /// Whether a last window that extends past the padded border is kept if it begins before the end of the sequence; what is beyond the border never
        /// counts.
        /// </param>
        /// <returns>[batch, channels, windows].</returns>
        /// <exception cref="ArgumentException">The value is no stack of sequences, or a number is out of range.</exception>
        public static Var<T> AveragePool1d<T>(this Var<T> x, int kernel, int? stride = null, int padding = 0, bool countPadding = true, bool roundUp = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfSequences("average-pool 1-D", x.Shape,
                new PoolingAxis(0, kernel, stride ?? kernel, padding, 1, roundUp)).AveragePool(x, countPadding);

        /// <summary>The mean of every window of images.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="kernel">Rows and columns of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions around the image; fewer than those of a window; 0 if null.</param>
        /// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
        /// <param name="roundUp">
        /// Whether a last window that extends past the padded border is kept if it begins before the end of the image; what is beyond the border never counts.
        /// </param>
        /// <returns>[batch, channels, rows, columns].</returns>
        /// <exception cref="ArgumentException">The value is no stack of images, or a number is out of range.</exception>
        public static Var<T> AveragePool2d<T>(this Var<T> x, Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool countPadding = true,
            bool roundUp = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfImages("average-pool 2-D", x.Shape, kernel, stride ?? kernel,
                padding ?? 0, 1, roundUp).AveragePool(x, countPadding);

        /// <summary>The mean of every window of volumes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, depth, height, width].</param>
        /// <param name="kernel">Slices, rows and columns of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions around the volume; fewer than those of a window; 0 if null.</param>
        /// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
        /// <param name="roundUp">
        /// Whether a last window that extends past the padded border is kept if it begins before the end of the volume; what is beyond the border never
        /// counts.
        /// </param>
        /// <returns>[batch, channels, slices, rows, columns].</returns>
        /// <exception cref="ArgumentException">The value is no stack of volumes, or a number is out of range.</exception>
        public static Var<T> AveragePool3d<T>(this Var<T> x, Size3d kernel, Size3d? stride = null, Size3d? padding = null, bool countPadding = true,
            bool roundUp = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfVolumes("average-pool 3-D", x.Shape, kernel, stride ?? kernel,
                padding ?? 0, 1, roundUp).AveragePool(x, countPadding);

        /// <summary>The mean of each of a given number of windows that divide sequences: from ⌊o·n/m⌋ to before ⌈(o + 1)·n/m⌉.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, length].</param>
        /// <param name="output">The number of windows.</param>
        /// <returns>[batch, channels, output].</returns>
        /// <exception cref="ArgumentException">The value is no stack of sequences, or the output has no window.</exception>
        public static Var<T> AdaptiveAveragePool1d<T>(this Var<T> x, int output)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            PoolingArguments.DividingSequences("adaptive average-pool 1-D", x.Shape, output).AveragePool(x, false);

        /// <summary>The mean of each of a given number of windows that divide images: from ⌊o·n/m⌋ to before ⌈(o + 1)·n/m⌉.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="output">The number of windows along each axis.</param>
        /// <returns>[batch, channels, output …].</returns>
        /// <exception cref="ArgumentException">The value is no stack of images, or the output has no window.</exception>
        public static Var<T> AdaptiveAveragePool2d<T>(this Var<T> x, Size2d output)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            PoolingArguments.DividingImages("adaptive average-pool 2-D", x.Shape, output).AveragePool(x, false);

        /// <summary>The mean of each of a given number of windows that divide volumes: from ⌊o·n/m⌋ to before ⌈(o + 1)·n/m⌉.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, depth, height, width].</param>
        /// <param name="output">The number of windows along each axis.</param>
        /// <returns>[batch, channels, output …].</returns>
        /// <exception cref="ArgumentException">The value is no stack of volumes, or the output has no window.</exception>
        public static Var<T> AdaptiveAveragePool3d<T>(this Var<T> x, Size3d output)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            PoolingArguments.DividingVolumes("adaptive average-pool 3-D", x.Shape, output).AveragePool(x, false);

        /// <summary>The mean of every channel.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, …].</param>
        /// <returns>[batch, channels].</returns>
        /// <exception cref="ArgumentException">The value has fewer than three axes, or a channel has no element.</exception>
        public static Var<T> GlobalAveragePool<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfChannels("global average-pool", x.Shape).AveragePool(x, false);
    }
}
