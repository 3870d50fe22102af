using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The selections at the kinks of <see cref="MaxPool2d{T}"/>.</summary>
    public static class MaxPool2d
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
    /// The largest element of every window of [batch, channels, height, width] images. The kinks are at ties for the maximum of a window: weights on the tied
    /// elements that sum to 1 are conservative, and Clarke if they are nonnegative.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="kernel">Rows and columns of a window.</param>
    /// <param name="stride">Positions from one window to the next.</param>
    /// <param name="padding">Positions around the image, which are never the maximum.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public struct MaxPool2d<T>(int kernel, int stride, int padding, TieSelection? ties)
        : IPiecewiseLinearRule<T>, ICountsKinks<T>, IHasLocalCurvature<T>, IHasPieces<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private PoolingShape shape;
        private NDArray<T> x;
        private NDArray<int> first;
        private NDArray<int> last;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("max-pool 2-D", TameClass.SemiAlgebraic)
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
            Shape input = recording.Input(0).Shape;
            if (input.Rank != 4)
                throw new ArgumentException($"max-pool 2-D: an input of shape {input} was given; it must be [batch, channels, height, width].");
            shape = new PoolingShape(input[0], input[1], input[2], input[3], kernel, kernel, stride, stride, padding, padding);
            shape.Validate();
            x = recording.ContiguousInput(0);
            Shape output = Shape.Of(input[0], input[1], shape.OutputHeight, shape.OutputWidth);
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
            TieSelection selection = ties ?? context.Selections.GetValue(MaxPool2d.Ties);
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
                int plane = o / (shape.OutputHeight * shape.OutputWidth), place = o % (shape.OutputHeight * shape.OutputWidth);
                int top = (place / shape.OutputWidth * shape.StrideHeight) - shape.PaddingHeight,
                    left = (place % shape.OutputWidth * shape.StrideWidth) - shape.PaddingWidth;
                for (int row = Math.Max(0, top); row < Math.Min(shape.InputHeight, top + kernel); row++)
                {
                    for (int column = Math.Max(0, left); column < Math.Min(shape.InputWidth, left + kernel); column++)
                    {
                        int at = (((plane * shape.InputHeight) + row) * shape.InputWidth) + column;
                        if (values[at] == maxima[o])
                            equal.Add(at);
                    }
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
        /// <summary>The largest element of every window.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">[batch, channels, height, width].</param>
        /// <param name="kernel">Rows and columns of a window.</param>
        /// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
        /// <param name="padding">Positions around the image, which are never the maximum.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> MaxPool2d<T>(this Var<T> x, int kernel, int? stride = null, int padding = 0, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new MaxPool2d<T>(kernel, stride ?? kernel, padding, ties));
    }
}
