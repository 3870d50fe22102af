using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The selections at the kinks of <see cref="MaxPool{T}"/>.</summary>
    public static class MaxPool
    {
        /// <summary>The element returned among those of a window that tie.</summary>
        public static SelectionKey<TieSelection> Ties { get; } = new("max pooling at ties", TieSelection.First, nameof(Selections.MaxPool))
        {
            Meaning = "which of the tied elements of a window",
            Clarke = ClarkeSet.Ties,
            PyTorch = new(TieSelection.First, "tools/autograd/derivatives.yaml, `max_pool2d_with_indices_backward`: the index found first"),
            Jax = new(TieSelection.First, "jax/_src/lax/windowed_reductions.py, `_reduce_window_chooser_jvp_rule`: one element of each window"),
            TensorFlow = new(TieSelection.First, "tensorflow/core/kernels/maxpooling_op.cc, `SpatialMaxPoolWithArgMaxHelper`: the index found first"),
        };
    }

    /// <summary>
    /// The largest element of every window of sequences, images or volumes. The kinks are at ties for the maximum of a window: weights on the tied elements
    /// that sum to 1 are conservative, and Clarke if they are nonnegative.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">The sizes; padding is never the maximum.</param>
    /// <param name="output">The shape of the output.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public struct MaxPool<T>(PoolingShape shape, Shape output, TieSelection? ties)
        : IPiecewiseLinearRule<T>, ICountsKinks<T>, IHasLocalCurvature<T>, IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> x;
        private NDArray<int> first;
        private NDArray<int> last;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("max-pool", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            PoolingArguments.Check("max-pool", shape, recording.Input(0).Shape, output);
            x = recording.ContiguousInput(0);
            NDArray<T> y = recording.Rent(output);
            first = recording.RentIndices(output);
            // The position of the last maximum is computed only when a pass needs it, but its memory must come from the tape.
            last = recording.RentIndices(output);
            recording.Device.MaxPool(shape, x, y, first);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            TieSelection selection = ties ?? context.Selections.GetValue(MaxPool.Ties);
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            NDArray<T> dy = context.Cotangent;
            if (selection.EvenWeight == 1)
            {
                context.Device.MaxPoolEvenPullback(shape, x, context.Output, dy, dx, accumulate);
                return;
            }

            NDArray<int> positions = first;
            if (selection.IsLast)
            {
                NDArray<T> again = context.Rent(context.Output.Shape);
                context.Device.MaxPool(shape, x, again, last, TieOrder.Last);
                context.Return(again);
                positions = last;
            }

            if (selection.EvenWeight == 0)
            {
                context.Device.MaxPoolPullback(shape, dy, positions, dx, accumulate);
                return;
            }

            NDArray<T> part = context.Rent(dy.Shape);
            context.Device.Map(new Arithmetic.Multiple(selection.EvenWeight), dy, part);
            context.Device.MaxPoolEvenPullback(shape, x, context.Output, part, dx, accumulate);
            context.Device.Map(new Arithmetic.Multiple(1 - selection.EvenWeight), dy, part);
            context.Device.MaxPoolPullback(shape, part, positions, dx, true);
            context.Return(part);
        }

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<int> positions = context.RentIndices(context.Output.Shape);
            context.Device.MaxPoolAlong(shape, x, context.Output, Contiguous(context.Tangent(0), context, out NDArray<T> copy), positions);
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            context.Device.MaxPoolPullback(shape, context.Cotangent, positions, dx, accumulate);
            context.ReturnIndices(positions);
            if (!copy.IsNone)
                context.Return(copy);
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => PoolingArguments.DependenceOn(shape, node.Input(0).Shape);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Shaped(of.Merged(0).Apply(new MaxPool<T>(
            shape with { Batch = checked(shape.Batch * of.Count) }, output.With(0, checked(output[0] * of.Count)), ties)));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            context.Device.MaxPoolAlong(shape, x, context.Output, dx, last, context.OutputTangent);
            context.ReturnCopy(copy);
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            context.Device.MarkMaxPoolTies(shape, x, context.Output, marks);
            return marks;
        }

        /// <inheritdoc/>
        public readonly void CountKinks(in KinkContext<T> context) => context.CountMaxPoolTies(shape, x, context.Output);

        /// <inheritdoc/>
        public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper) =>
            LocalCurvature.OfMarked(context, Kinks(context), Curvature.Convex, lower, upper);

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context)
        {
            T[] tangents = context.Tangent(0).ToArray();
            foreach (IGrouping<int, int> window in Tied(context.Output.ToArray()).GroupBy(tied => tied.Output, tied => tied.Position))
            {
                int furthest = window.MaxBy(position => tangents[position]);
                foreach (int position in window.Where(position => position != furthest))
                    context.AddOrder((0, furthest), (0, position), tangents[position] != tangents[furthest]);
            }
        }

        /// <inheritdoc/>
        public readonly void AddPieces(in PiecesContext<T> context)
        {
            foreach (IGrouping<int, int> window in Tied(context.Output.ToArray()).GroupBy(tied => tied.Output, tied => tied.Position))
                context.AddSimplex(window.Key, [.. window.Select(position => (0, position))], true);
        }

        private static NDArray<T> Contiguous(in NDArray<T> tangent, in PullbackContext<T> context, out NDArray<T> copy)
        {
            copy = default;
            if (tangent.IsContiguous)
                return tangent;
            copy = context.Rent(tangent.Shape);
            context.Device.Copy(tangent, copy);
            return copy;
        }

        // For every window, the elements that tie for the maximum; none for a window without a tie.
        private readonly IEnumerable<(int Output, int Position)> Tied(T[] maxima)
        {
            T[] values = x.ToArray();
            List<int> equal = [];
            for (int o = 0; o < maxima.Length; o++)
            {
                equal.Clear();
                foreach (int position in shape.WindowOf(o))
                {
                    if (values[position] == maxima[o])
                        equal.Add(position);
                }

                for (int i = 0; equal.Count > 1 && i < equal.Count; i++)
                    yield return (o, equal[i]);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Max pooling.</content>
    public static partial class Operations
    {
        /// <summary>The largest element of every window of sequences.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, length].</param>
        /// <param name="kernel">Positions of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions on each side, which are never the maximum; fewer than a window spans.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <param name="dilation">Positions from one position of a window to the next.</param>
        /// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the sequence.</param>
        /// <returns>[batch, channels, windows].</returns>
        /// <exception cref="ArgumentException">The value is no stack of sequences, a number is out of range, or a window has no element.</exception>
        public static Var<T> MaxPool1d<T>(this Var<T> x, int kernel, int? stride = null, int padding = 0, TieSelection? ties = null, int dilation = 1,
            bool roundUp = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfSequences("max-pool 1-D", x.Shape,
                new PoolingAxis(0, kernel, stride ?? kernel, padding, dilation, roundUp)).MaxPool(x, ties);

        /// <summary>The largest element of every window of images.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="kernel">Rows and columns of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions around the image, which are never the maximum; fewer than a window spans; 0 if null.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <param name="dilation">Positions from one position of a window to the next; 1 if null.</param>
        /// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the image.</param>
        /// <returns>[batch, channels, rows, columns].</returns>
        /// <exception cref="ArgumentException">The value is no stack of images, a number is out of range, or a window has no element.</exception>
        public static Var<T> MaxPool2d<T>(this Var<T> x, Size2d kernel, Size2d? stride = null, Size2d? padding = null, TieSelection? ties = null,
            Size2d? dilation = null, bool roundUp = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfImages("max-pool 2-D", x.Shape, kernel, stride ?? kernel, padding ?? 0,
                dilation ?? 1, roundUp).MaxPool(x, ties);

        /// <summary>The largest element of every window of volumes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, depth, height, width].</param>
        /// <param name="kernel">Slices, rows and columns of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions around the volume, which are never the maximum; fewer than a window spans; 0 if null.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <param name="dilation">Positions from one position of a window to the next; 1 if null.</param>
        /// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the volume.</param>
        /// <returns>[batch, channels, slices, rows, columns].</returns>
        /// <exception cref="ArgumentException">The value is no stack of volumes, a number is out of range, or a window has no element.</exception>
        public static Var<T> MaxPool3d<T>(this Var<T> x, Size3d kernel, Size3d? stride = null, Size3d? padding = null, TieSelection? ties = null,
            Size3d? dilation = null, bool roundUp = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfVolumes("max-pool 3-D", x.Shape, kernel, stride ?? kernel, padding ?? 0,
                dilation ?? 1, roundUp).MaxPool(x, ties);

        /// <summary>The largest element of each of a given number of windows that divide sequences: from ⌊o·n/m⌋ to before ⌈(o + 1)·n/m⌉.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, length].</param>
        /// <param name="output">The number of windows.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <returns>[batch, channels, output].</returns>
        /// <exception cref="ArgumentException">The value is no stack of sequences, or the output has no window.</exception>
        public static Var<T> AdaptiveMaxPool1d<T>(this Var<T> x, int output, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            PoolingArguments.DividingSequences("adaptive max-pool 1-D", x.Shape, output).MaxPool(x, ties);

        /// <summary>The largest element of each of a given number of windows that divide images: from ⌊o·n/m⌋ to before ⌈(o + 1)·n/m⌉.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="output">The number of windows along each axis.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <returns>[batch, channels, output …].</returns>
        /// <exception cref="ArgumentException">The value is no stack of images, or the output has no window.</exception>
        public static Var<T> AdaptiveMaxPool2d<T>(this Var<T> x, Size2d output, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            PoolingArguments.DividingImages("adaptive max-pool 2-D", x.Shape, output).MaxPool(x, ties);

        /// <summary>The largest element of each of a given number of windows that divide volumes: from ⌊o·n/m⌋ to before ⌈(o + 1)·n/m⌉.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, depth, height, width].</param>
        /// <param name="output">The number of windows along each axis.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <returns>[batch, channels, output …].</returns>
        /// <exception cref="ArgumentException">The value is no stack of volumes, or the output has no window.</exception>
        public static Var<T> AdaptiveMaxPool3d<T>(this Var<T> x, Size3d output, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            PoolingArguments.DividingVolumes("adaptive max-pool 3-D", x.Shape, output).MaxPool(x, ties);

        /// <summary>The largest element of every channel.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, …].</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <returns>[batch, channels].</returns>
        /// <exception cref="ArgumentException">The value has fewer than three axes, or a channel has no element.</exception>
        public static Var<T> GlobalMaxPool<T>(this Var<T> x, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => PoolingArguments.OfChannels("global max-pool", x.Shape).MaxPool(x, ties);
    }
}
