using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The k largest (or smallest) elements along the last axis, in order: the first k elements of a sort, with its kinks. If elements tie across the boundary,
    /// the cotangents of the places that they hold are divided among all tied elements.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="k">The number of elements.</param>
    /// <param name="smallest">Whether the smallest elements are taken.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <param name="indicesForCaller">The caller's destination of the positions along the axis, or the default value.</param>
    public struct TopK<T>(int k, bool smallest, TieSelection? ties, NDArray<int> indicesForCaller)
        : IPiecewiseLinearRule<T>, IHasLocalCurvature<T>, IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> x;
        private NDArray<int> indices;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("top-k", TameClass.SemiAlgebraic)
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
            Check(k, x.Shape);
            NDArray<T> y = recording.Rent(x.Shape.With(-1, k));
            indices = indicesForCaller.IsNone ? recording.RentIndices(y.Shape) : indicesForCaller;
            recording.Device.TopK(x, y, indices, !smallest);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            TieSelection selection = ties ?? context.Selections.GetValue(Sort.Ties);
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            if (selection == TieSelection.First)
            {
                Sort<T>.ScatterRows(context.Device, context.Cotangent, indices, dx, accumulate);
                return;
            }

            if (selection.EvenWeight != 0)
            {
                PullEvenly(context, selection.EvenWeight, dx, accumulate);
                accumulate = true;
            }

            if (selection.EvenWeight == 1)
                return;
            NDArray<T> part = context.Rent(context.Output.Shape);
            NDArray<int> chosen = indices;
            if (selection.IsLast)
            {
                chosen = context.RentIndices(part.Shape);
                context.Device.TopK(x, part, chosen, !smallest, TieOrder.Last);
            }

            context.Device.Map(new Arithmetic.Multiple(1 - selection.EvenWeight), context.Cotangent, part);
            Sort<T>.ScatterRows(context.Device, part, chosen, dx, accumulate);
            if (selection.IsLast)
                context.ReturnIndices(chosen);
            context.Return(part);
        }

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<int> order = context.RentIndices(context.Output.Shape), permutation = context.RentIndices(x.Shape);
            NDArray<T> sorted = context.Rent(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            LexicographicOrder.Turn(context.Device, sorted, context.Tangent(0), permutation, !smallest);
            order.CopyFrom(permutation.Slice(-1, 0, k).ToArray());
            context.Return(sorted);
            context.ReturnIndices(permutation);
            NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
            Sort<T>.ScatterRows(context.Device, context.Cotangent, order, dx, accumulate);
            context.ReturnIndices(order);
        }

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(-1, node.Input(0).Shape, node.Output.Shape);

        readonly bool IVectorises<T>.CanVectorise(in Examples<T> of) => indicesForCaller.IsNone;

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new TopK<T>(k, smallest, ties, default));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy), sorted = context.Rent(x.Shape), tangents = context.Rent(x.Shape);
            NDArray<int> permutation = context.RentIndices(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            Sort<T>.GatherRows(context.Device, dx, permutation, tangents);
            context.Device.SortWithinTies(sorted, tangents, !smallest);
            context.Device.Copy(tangents.Slice(-1, 0, k), context.OutputTangent);
            context.ReturnIndices(permutation);
            context.Return(tangents);
            context.Return(sorted);
            context.ReturnCopy(copy);
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape), sorted = context.Rent(x.Shape), all = context.Rent(x.Shape);
            NDArray<int> permutation = context.RentIndices(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            context.Device.MarkTies(sorted, all);
            context.Device.Copy(all.Slice(-1, 0, k), marks);
            context.ReturnIndices(permutation);
            context.Return(all);
            context.Return(sorted);
            return marks;
        }

        /// <inheritdoc/>
        public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
        {
            NDArray<T> sorted = context.Rent(x.Shape);
            NDArray<int> permutation = context.RentIndices(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            Curvature curvature = LocalCurvature.OfSorted(sorted, !smallest, k, lower, upper);
            context.ReturnIndices(permutation);
            context.Return(sorted);
            return curvature;
        }

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context)
        {
            NDArray<T> sorted = context.Census.Rent(x.Shape);
            NDArray<int> permutation = context.Census.RentIndices(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            LexicographicOrder.AddForms(context, sorted, permutation, !smallest, k);
            context.Census.ReturnIndices(permutation);
            context.Census.Return(sorted);
        }

        /// <inheritdoc/>
        public readonly void AddPieces(in PiecesContext<T> context)
        {
            NDArray<T> sorted = context.Census.Rent(x.Shape);
            NDArray<int> permutation = context.Census.RentIndices(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            TiedBlocks.AddPieces(context, sorted.ToArray(), permutation.ToArray(), x.Shape[-1], k, !smallest);
            context.Census.ReturnIndices(permutation);
            context.Census.Return(sorted);
        }

        /// <summary>Throws unless a shape has so many elements along its last axis.</summary>
        internal static void Check(int k, in Shape shape)
        {
            if (shape.Rank == 0 || k < 0 || k > shape[-1])
                throw new ArgumentException(
                    $"top-k: the top {k} of a value of shape {shape} were asked for; k must lie between 0 and the extent of the last axis.");
        }

        private readonly void PullEvenly(in PullbackContext<T> context, double weight, in NDArray<T> dx, bool accumulate)
        {
            NDArray<T> sorted = context.Rent(x.Shape), share = context.Rent(x.Shape);
            NDArray<int> permutation = context.RentIndices(x.Shape);
            context.Device.Sort(x, sorted, permutation, !smallest);
            context.Device.Fill(share, T.Zero);
            context.Device.Map(new Arithmetic.Multiple(weight), context.Cotangent, share.Slice(-1, 0, k));
            context.Device.AverageOverTies(sorted, share, share);
            Sort<T>.ScatterRows(context.Device, share, permutation, dx, accumulate);
            context.ReturnIndices(permutation);
            context.Return(share);
            context.Return(sorted);
        }
    }
}

namespace ConservativeAD
{
    /// <content>The largest few.</content>
    public static partial class Operations
    {
        /// <summary>The k largest elements along the last axis, largest first; NaN last.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one axis.</param>
        /// <param name="k">The number of elements; from 0 to the extent of the axis.</param>
        /// <param name="smallest">Whether the smallest elements are taken, smallest first.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> TopK<T>(this Var<T> x, int k, bool smallest = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new TopK<T>(k, smallest, ties, default));

        /// <summary>The k largest elements along an axis, largest first; NaN last.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one axis.</param>
        /// <param name="k">The number of elements; from 0 to the extent of the axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="smallest">Whether the smallest elements are taken, smallest first.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> TopK<T>(this Var<T> x, int k, int axis, bool smallest = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int last = x.Shape.Rank - 1;
            return x.Shape.Axis(axis) == last ? x.TopK(k, smallest, ties) : x.Transpose(axis, last).TopK(k, smallest, ties).Transpose(axis, last);
        }

        /// <summary>
        /// The k largest elements along the last axis, largest first, and their positions; of equal ones the first. No derivative passes through the positions;
        /// where elements tie, they jump beside the point, and nothing is certified. <see cref="TopK{T}(Var{T}, int, bool, TieSelection?)"/> alone is certified
        /// there.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one axis.</param>
        /// <param name="k">The number of elements; from 0 to the extent of the axis.</param>
        /// <param name="smallest">Whether the smallest elements are taken, smallest first.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <returns>The elements, and positions along the last axis, which last until the tape is reset.</returns>
        public static (Var<T> Values, NDArray<int> Indices) TopKWithIndices<T>(this Var<T> x, int k, bool smallest = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = x.Shape;
            Rules.TopK<T>.Check(k, shape);
            NDArray<int> indices = x.Tape.Contents.Memory.RentIndices(shape.With(-1, k));
            Var<T> values = x.Apply(new TopK<T>(k, smallest, ties, indices));
            if (x.Tape.Contents.NeedsGradient(x.Node) && k > 0 && shape[-1] > 1)
                PositionTies.Note(k == shape[-1] ? values : x.TopK(k + 1, smallest), shape.Rank - 1);
            return (values, indices);
        }
    }
}
