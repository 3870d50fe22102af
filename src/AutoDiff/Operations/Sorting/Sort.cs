using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The selections at the kinks of <see cref="Sort{T}"/> and <see cref="TopK{T}"/>.</summary>
    public static class Sort
    {
        /// <summary>
        /// The order of equal keys: "first" keeps their order, "last" reverses it, and the even split averages over all permutations that sort.
        /// </summary>
        public static SelectionKey<TieSelection> Ties { get; } = new("sort and top-k at equal keys", TieSelection.First, nameof(Selections.Sort))
        {
            Meaning = "the order of equal keys: first keeps it, last reverses it, even split averages over the permutations that sort",
            Clarke = ClarkeSet.Ties,
            PyTorch = new(TieSelection.First, "tools/autograd/derivatives.yaml, `sort` with `stable`: by the indices"),
            Jax = new(TieSelection.First, "jax/_src/lax/lax.py, `_sort_jvp`: by the permutation of a stable sort"),
            TensorFlow = new(TieSelection.First, "tensorflow/python/ops/sort_ops.py, `sort`, by `top_k`: the lower index first"),
        };
    }

    /// <summary>
    /// Sorts the elements along the last axis. The kinks are at ties: any permutation that sorts, and any mixture of them with weights that sum to 1, is
    /// conservative; a mixture with nonnegative weights is Clarke.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="descending">Whether the largest element comes first.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public struct Sort<T>(bool descending, TieSelection? ties) : IPiecewiseLinearRule<T>, ICountsKinks<T>, IHasLocalCurvature<T>, IHasPieces<T>,
        IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> x;
        private NDArray<int> permutation;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sort", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            x = recording.ContiguousInput(0);
            if (x.Shape.Rank == 0)
                throw new ArgumentException("sort: a value of rank 0 was given; there is no axis to sort along.");
            NDArray<T> y = recording.Rent(x.Shape);
            permutation = recording.RentIndices(x.Shape);
            recording.Device.Sort(x, y, permutation, descending);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            TieSelection selection = ties ?? context.Selections.GetValue(Sort.Ties);
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            Pull(context, x, context.Output, permutation, context.Cotangent, descending, selection, dx, accumulate);
        }

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<int> order = context.RentIndices(x.Shape);
            context.Device.CopyIndices(permutation, order);
            LexicographicOrder.Turn(context.Device, context.Output, context.Tangent(0), order, descending);
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            ScatterRows(context.Device, context.Cotangent, order, dx, accumulate);
            context.ReturnIndices(order);
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(-1, node.Input(0).Shape, node.Output.Shape);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new Sort<T>(descending, ties));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            // Tied elements separate in the order of their tangents.
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            GatherRows(context.Device, dx, permutation, context.OutputTangent);
            context.Device.SortWithinTies(context.Output, context.OutputTangent, descending);
            context.ReturnCopy(copy);
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            context.Device.MarkTies(context.Output, marks);
            return marks;
        }

        /// <inheritdoc/>
        public readonly void CountKinks(in KinkContext<T> context) => context.CountTies(context.Output);

        /// <inheritdoc/>
        public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper) =>
            LocalCurvature.OfSorted(context.Output, descending, context.Output.Shape[-1], lower, upper);

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context)
        {
            NDArray<int> order = context.Census.RentIndices(x.Shape);
            context.Device.CopyIndices(permutation, order);
            LexicographicOrder.AddForms(context, context.Output, order, descending, x.Shape[-1]);
            context.Census.ReturnIndices(order);
        }

        /// <inheritdoc/>
        public readonly void AddPieces(in PiecesContext<T> context) =>
            TiedBlocks.AddPieces(context, context.Output.ToArray(), permutation.ToArray(), x.Shape[-1], x.Shape[-1], descending);

        /// <summary>Passes the cotangents of sorted rows back to the elements, by the order that is selected among equal keys.</summary>
        internal static void Pull(in PullbackContext<T> context, in NDArray<T> x, in NDArray<T> sorted, in NDArray<int> permutation, in NDArray<T> cotangent,
            bool descending, TieSelection selection, in NDArray<T> dx, bool accumulate)
        {
            if (selection == TieSelection.First)
            {
                ScatterRows(context.Device, cotangent, permutation, dx, accumulate);
                return;
            }

            NDArray<T> part = context.Rent(x.Shape);
            if (selection.EvenWeight != 0)
            {
                context.Device.AverageOverTies(sorted, cotangent, part);
                context.Device.Map(new Arithmetic.Multiple(selection.EvenWeight), part, part);
                ScatterRows(context.Device, part, permutation, dx, accumulate);
                accumulate = true;
            }

            if (selection.EvenWeight != 1)
            {
                NDArray<int> order = permutation;
                if (selection.IsLast)
                {
                    order = context.RentIndices(x.Shape);
                    context.Device.Sort(x, part, order, descending, TieOrder.Last);
                }

                context.Device.Map(new Arithmetic.Multiple(1 - selection.EvenWeight), cotangent, part);
                ScatterRows(context.Device, part, order, dx, accumulate);
                if (selection.IsLast)
                    context.ReturnIndices(order);
            }

            context.Return(part);
        }

        /// <summary>y[r, j] = x[r, indices[r, j]].</summary>
        internal static void GatherRows(Device device, in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y) =>
            device.GatherAlong(Lanes(x), Lanes(indices), Lanes(y));

        /// <summary>x[r, indices[r, j]] += y[r, j].</summary>
        internal static void ScatterRows(Device device, in NDArray<T> y, in NDArray<int> indices, in NDArray<T> x, bool accumulate) =>
            device.ScatterAddAlong(Lanes(y), Lanes(indices), Lanes(x), accumulate);

        private static NDArray<TElement> Lanes<TElement>(in NDArray<TElement> array)
            where TElement : unmanaged
        {
            int outer = 1;
            for (int axis = 0; axis < array.Shape.Rank - 1; axis++)
                outer *= array.Shape[axis];
            return array.Reshape(Shape.Of(outer, array.Shape[-1], 1));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Order.</content>
    public static partial class Operations
    {
        /// <summary>Sorts the elements along an axis; NaN comes last.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="descending">Whether the largest element comes first.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> Sort<T>(this Var<T> x, int axis = -1, bool descending = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var rule = new Sort<T>(descending, ties);
            int last = x.Shape.Rank - 1;
            return last < 0 || x.Shape.Axis(axis) == last ? x.Apply(rule) : x.Transpose(axis, last).Apply(rule).Transpose(axis, last);
        }

        /// <summary>
        /// The positions along an axis in the order that sorts the elements; equal ones in their own order, NaN last. No derivative passes through them; where
        /// elements tie, the order jumps beside the point, and nothing is certified.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="descending">Whether the largest element comes first.</param>
        /// <returns>Positions in the shape of the argument; they last until the tape is reset.</returns>
        /// <exception cref="ArgumentException">The argument has no axis.</exception>
        public static NDArray<int> ArgSort<T>(this Var<T> x, int axis = -1, bool descending = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = x.Shape;
            if (shape.Rank == 0)
                throw new ArgumentException("argsort: a value of rank 0 was given; there is no axis to sort along.", nameof(x));
            axis = shape.Axis(axis);
            Device device = x.Tape.Device;
            NDArray<T> view = axis == shape.Rank - 1 ? x.Value : x.Value.Transpose(axis, -1), rows = device.Allocate<T>(view.Shape);
            NDArray<T> sorted = device.Allocate<T>(view.Shape);
            NDArray<int> order = x.Tape.Contents.Memory.RentIndices(view.Shape);
            device.Copy(view, rows);
            device.Sort(rows, sorted, order, descending);
            device.Return(sorted);
            device.Return(rows);
            if (x.Tape.Contents.NeedsGradient(x.Node) && shape[axis] > 1)
                PositionTies.Note(x.Sort(axis, descending), axis);
            return axis == shape.Rank - 1 ? order : x.Tape.Indices(shape, order.Transpose(axis, -1).ToArray());
        }
    }
}
