using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Rules
{
    /// <summary>The selections at the kinks of <see cref="CumulativeExtreme{T}"/>.</summary>
    public static class CumulativeExtreme
    {
        /// <summary>The element returned among those that tie.</summary>
        public static SelectionKey<TieSelection> Ties { get; } = new("cumulative maximum and minimum at ties", TieSelection.EvenSplit,
            nameof(Selections.CumulativeExtreme))
        {
            Meaning = "which of the tied elements up to each",
            Clarke = ClarkeSet.Ties,
            PyTorch = new(TieSelection.Last, "aten/src/ATen/native/cuda/CumminmaxKernel.cu: `std::greater_equal`, a later equal entry is taken"),
            Jax = new(TieSelection.EvenSplit,
                "jax/_src/lax/control_flow/loops.py, `cummax_p`: differentiated as a scan by `lax.max`, half each for two that tie"),
            TensorFlow = new(TieSelection.First, "no operation of its own; a scan by `tf.maximum`, the first argument of which takes all"),
        };
    }

    /// <summary>
    /// The largest (or smallest) of the first one, two, three … elements along an axis. The kinks are where several elements up to a position tie: weights on
    /// them that sum to 1 are conservative, and Clarke if they are nonnegative.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="smallest">Whether the smallest element is taken.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public readonly struct CumulativeExtreme<T>(int axis, bool smallest, TieSelection? ties) : IPiecewiseLinearRule<T>, IHasCurvature, IPassesReach<T>,
        IHasLocalCurvature<T>, IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } =
            new("cumulative extreme", TameClass.SemiAlgebraic) { HasFiniteSlopes = true, KeepsFinite = true, IsSmooth = false, IsPolyhedral = true };

        /// <inheritdoc/>
        public Curvature Curvature => smallest ? Curvature.Concave : Curvature.Convex;

        /// <inheritdoc/>
        public Monotonicity Monotonicity => Monotonicity.Increasing;

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
            if (smallest)
                recording.Device.Scan(default(Running<Smallest>), x, axis, false, y);
            else
                recording.Device.Scan(default(Running<Largest>), x, axis, false, y);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            TieSelection selection = ties ?? context.Selections.GetValue(CumulativeExtreme.Ties);
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            if (selection.EvenWeight != 0)
            {
                EvenShares shares = new(axis, selection.EvenWeight);
                InFloat.Compute(context.Device, shares, target, accumulate, context.Input(0), context.Output, context.Cotangent);
            }

            if (selection.EvenWeight == 1)
                return;
            RunningExtreme scan = new(smallest, selection.IsLast ? TieOrder.Last : TieOrder.First);
            AxisSelection.Pullback(context, scan, default, axis, 1 - selection.EvenWeight, target, accumulate || selection.EvenWeight != 0);
        }

        /// <inheritdoc/>
        public void LockedPullback(in PullbackContext<T> context)
        {
            // Among tied elements, the one with the most extreme tangent receives everything.
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            AxisSelection.Pullback(context, new CompanionOfExtreme(smallest), context.Tangent(0), axis, 1, target, accumulate);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Neighbours.ReachFollowing(context, axis);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new CumulativeExtreme<T>(axis + 1, smallest, ties));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            context.Device.Scan(new CompanionOfExtreme(smallest), context.Input(0), context.Tangent(0), axis, false, context.OutputTangent, default);

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            CountTies(context.Device, context.Input(0), context.Output, axis, marks);
            context.Device.Map(default(ExtremeOverAxes<T>.Several), marks, marks);
            return marks;
        }

        /// <inheritdoc/>
        public Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper) =>
            LocalCurvature.OfMarked(context, Kinks(context), Curvature, lower, upper);

        /// <inheritdoc/>
        public void SwitchingForms(in SwitchingContext<T> context)
        {
            // Every element that ties with the leading one is compared with it.
            T[] x = context.Input(0).ToArray(), extremes = context.Output.ToArray(), tangents = context.Tangent(0).ToArray();
            Shape lanes = new ReducedAxes(axis, true).Lanes(context.Output.Shape);
            for (int lane = 0; lane < lanes[0] * lanes[2]; lane++)
            {
                int leader = (lane / lanes[2] * lanes[1] * lanes[2]) + (lane % lanes[2]), next = leader + lanes[2];
                for (int place = 1; place < lanes[1]; place++, next += lanes[2])
                {
                    bool isTied = x[next] == extremes[next] && x[next] == x[leader];
                    bool isAhead = smallest ? tangents[next] < tangents[leader] : tangents[next] > tangents[leader];
                    if (isTied)
                        context.AddOrder((0, isAhead == smallest ? leader : next), (0, isAhead == smallest ? next : leader),
                            tangents[next] != tangents[leader]);
                    if (isTied ? isAhead : x[next] == extremes[next])
                        leader = next;
                }
            }
        }

        /// <inheritdoc/>
        public void AddPieces(in PiecesContext<T> context)
        {
            T[] x = context.Input(0).ToArray(), extremes = context.Output.ToArray();
            Shape lanes = new ReducedAxes(axis, true).Lanes(context.Output.Shape);
            List<(int, int)> tied = [];
            for (int lane = 0; lane < lanes[0] * lanes[2]; lane++)
            {
                tied.Clear();
                int element = (lane / lanes[2] * lanes[1] * lanes[2]) + (lane % lanes[2]);
                for (int place = 0; place < lanes[1]; place++, element += lanes[2])
                {
                    if (place > 0 && extremes[element] != extremes[element - lanes[2]])
                        tied.Clear();
                    if (x[element] == extremes[element])
                        tied.Add((0, element));
                    if (tied.Count > 1)
                        context.AddSimplex(element, CollectionsMarshal.AsSpan(tied), !smallest);
                }
            }
        }

        // The number of elements up to each position that tie for its extreme.
        private static void CountTies<W>(Device device, in NDArray<W> x, in NDArray<W> y, int axis, in NDArray<W> counts)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> stays = device.Allocate<W>(y.Shape);
            Neighbours.Previous(device, y, axis, double.NaN, stays);
            device.Map2(default(Arithmetic.Equality), stays, y, stays);
            device.Map2(default(Arithmetic.Equality), x, y, counts);
            device.Scan(default(SumOfRuns), counts, stays, axis, false, counts, default);
            device.Return(stays);
        }

        // The cotangent of every position, divided among the elements that tie for its extreme. Inputs: the elements, the extremes and the cotangent.
        private readonly struct EvenShares(int axis, double weight) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> y = inputs[1], shares = device.Allocate<W>(y.Shape), stays = device.Allocate<W>(y.Shape);
                CountTies(device, inputs[0], y, axis, shares);
                device.Map2(new ExtremeOverAxes<T>.Share(weight), inputs[2], shares, shares);
                Neighbours.Next(device, y, axis, double.NaN, stays);
                device.Map2(default(Arithmetic.Equality), stays, y, stays);
                device.Scan(default(SumOfRuns), shares, stays, axis, true, shares, default);
                device.Map2(default(Arithmetic.Equality), inputs[0], y, stays);
                device.Map2(default(ExtremeOverAxes<T>.Chosen), stays, shares, destination, accumulate);
                device.Return(stays);
                device.Return(shares);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Cumulative extremes.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The largest of the first one, two, three … elements along an axis: y[…, j, …] = max x[…, l, …] over l ≤ j; NaN from the first NaN on.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of at least one axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> CumulativeMaximum<T>(this Var<T> x, int axis = -1, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new CumulativeExtreme<T>(x.Shape.Axis(axis), false, ties));

        /// <summary>
        /// The smallest of the first one, two, three … elements along an axis: y[…, j, …] = min x[…, l, …] over l ≤ j; NaN from the first NaN on.
        /// </summary>
        /// <inheritdoc cref="CumulativeMaximum{T}(Var{T}, int, TieSelection?)"/>
        public static Var<T> CumulativeMinimum<T>(this Var<T> x, int axis = -1, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new CumulativeExtreme<T>(x.Shape.Axis(axis), true, ties));
    }
}
