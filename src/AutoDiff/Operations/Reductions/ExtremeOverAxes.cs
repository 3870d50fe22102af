using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>The selections at the kinks of <see cref="ExtremeOverAxes{T}"/>.</summary>
    public static class ExtremeOverAxes
    {
        /// <summary>The element returned among those that tie.</summary>
        public static SelectionKey<TieSelection> Ties { get; } = new("maximum and minimum over axes at ties", TieSelection.EvenSplit,
            nameof(Selections.ExtremeOverAxis))
        {
            Meaning = "which of the tied elements",
            Clarke = ClarkeSet.Ties,
            PyTorch = new(TieSelection.EvenSplit, "tools/autograd/derivatives.yaml, `amax` and `amin`: divided by the number of equal entries"),
            Jax = new(TieSelection.EvenSplit, "jax/_src/lax/lax.py, the derivative of `reduce_max_p`: shared among the equal entries"),
            TensorFlow = new(TieSelection.EvenSplit, "tensorflow/python/ops/math_grad.py, `_MinOrMaxGrad`: divided by the number of equal entries"),
        };
    }

    /// <summary>
    /// The largest (or smallest) element over one axis or all. The kinks are at ties: weights on the tied elements that sum to 1 are conservative, and Clarke
    /// if they are nonnegative.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="smallest">Whether the smallest element is taken.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public readonly struct ExtremeOverAxes<T>(int? axis, bool keepAxis, bool smallest, TieSelection? ties)
        : IPiecewiseLinearRule<T>, IHasCurvature, IHasLocalCurvature<T>, IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("extreme over axes", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true
        };

        /// <inheritdoc/>
        public Curvature Curvature => smallest ? Curvature.Concave : Curvature.Convex;

        /// <inheritdoc/>
        public Monotonicity Monotonicity => Monotonicity.Increasing;

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0);
            if (axes.Length(x.Shape) == 0)
                throw new ArgumentException($"{(smallest ? "min" : "max")}: no elements to choose from in shape {x.Shape}.");
            NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
            if (smallest)
                recording.Device.Reduce(default(Smallest), x, axes.WithAxes(y, x.Shape));
            else
                recording.Device.Reduce(default(Largest), x, axes.WithAxes(y, x.Shape));
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            TieSelection selection = ties ?? context.Selections.GetValue(ExtremeOverAxes.Ties);
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            if (selection.EvenWeight != 0)
            {
                PullEvenly(context, selection.EvenWeight, target, accumulate);
                accumulate = true;
            }

            if (selection.EvenWeight != 1)
                PullToOne(context, context.Input(0), selection.IsLast ? TieOrder.Last : TieOrder.First, 1 - selection.EvenWeight, target, accumulate);
        }

        /// <inheritdoc/>
        public void LockedPullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;

            // Among tied elements, the one with the most extreme tangent receives everything.
            NDArray<T> x = context.Input(0), candidates = context.Rent(x.Shape), target = context.InputCotangent(0, out bool accumulate);
            context.Device.Map3(new Tied(smallest ? double.PositiveInfinity : double.NegativeInfinity), x, axes.WithAxes(context.Output, x.Shape),
                context.Tangent(0), candidates);
            PullToOne(context, candidates, TieOrder.First, 1, target, accumulate);
            context.Return(candidates);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            bool smallestHere = smallest;
            TieSelection? tiesHere = ties;
            return of.Reduced(axis, keepAxis, (along, keep) => new ExtremeOverAxes<T>(along, keep, smallestHere, tiesHere));
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            // Among tied elements, the most extreme tangent wins; the others are replaced so that they cannot win.
            NDArray<T> x = context.Input(0), candidates = context.Rent(x.Shape);
            NDArray<T> y = axes.WithAxes(context.Output, x.Shape), dy = axes.WithAxes(context.OutputTangent, x.Shape);
            if (smallest)
            {
                context.Device.Map3(new Tied(double.PositiveInfinity), x, y, context.Tangent(0), candidates);
                context.Device.Reduce(default(Smallest), candidates, dy);
            }
            else
            {
                context.Device.Map3(new Tied(double.NegativeInfinity), x, y, context.Tangent(0), candidates);
                context.Device.Reduce(default(Largest), candidates, dy);
            }

            context.Return(candidates);
        }

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> x = context.Input(0), equal = context.Rent(x.Shape), marks = context.Rent(context.Output.Shape), counts = axes.WithAxes(marks, x.Shape);
            context.Device.Map2(default(Arithmetic.Equality), x, axes.WithAxes(context.Output, x.Shape), equal);
            context.Device.Reduce(default(Sum), equal, counts);
            context.Device.Map(default(Several), counts, counts);
            context.Return(equal);
            return marks;
        }

        /// <inheritdoc/>
        public Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper) =>
            LocalCurvature.OfMarked(context, Kinks(context), Curvature, lower, upper);

        /// <inheritdoc/>
        public void SwitchingForms(in SwitchingContext<T> context)
        {
            T[] x = context.Input(0).ToArray(), extremes = context.Output.ToArray(), tangents = context.Tangent(0).ToArray();
            Shape lanes = axes.Lanes(context.Input(0).Shape);
            for (int output = 0; output < extremes.Length; output++)
            {
                int start = (output / lanes[2] * lanes[1] * lanes[2]) + (output % lanes[2]), furthest = -1;
                for (int element = start, place = 0; place < lanes[1]; place++, element += lanes[2])
                {
                    if (x[element] == extremes[output]
                        && (furthest < 0 || (smallest ? tangents[element] < tangents[furthest] : tangents[element] > tangents[furthest])))
                        furthest = element;
                }

                for (int element = start, place = 0; place < lanes[1]; place++, element += lanes[2])
                {
                    if (x[element] != extremes[output] || element == furthest)
                        continue;
                    bool isDecided = tangents[element] != tangents[furthest];
                    if (smallest)
                        context.AddOrder((0, element), (0, furthest), isDecided);
                    else
                        context.AddOrder((0, furthest), (0, element), isDecided);
                }
            }
        }

        /// <inheritdoc/>
        public void AddPieces(in PiecesContext<T> context)
        {
            T[] x = context.Input(0).ToArray(), extremes = context.Output.ToArray();
            Shape lanes = axes.Lanes(context.Input(0).Shape);
            List<(int, int)> tied = [];
            for (int output = 0; output < extremes.Length; output++)
            {
                tied.Clear();
                int element = (output / lanes[2] * lanes[1] * lanes[2]) + (output % lanes[2]);
                for (int place = 0; place < lanes[1]; place++, element += lanes[2])
                {
                    if (x[element] == extremes[output])
                        tied.Add((0, element));
                }

                if (tied.Count > 1)
                    context.AddSimplex(output, CollectionsMarshal.AsSpan(tied), !smallest);
            }
        }

        private void PullEvenly(in PullbackContext<T> context, double weight, in NDArray<T> target, bool accumulate) =>
            InFloat.Compute(context.Device, new EvenShares(axes, weight), target, accumulate, context.Input(0), context.Output, context.Cotangent);

        private void PullToOne(in PullbackContext<T> context, NDArray<T> x, TieOrder order, double weight, in NDArray<T> target, bool accumulate)
        {
            Shape lanes = axes.Lanes(target.Shape), found = Shape.Of(lanes[0], 1, lanes[2]);
            NDArray<T> copy = default, part = context.Rent(found);
            if (!x.IsContiguous)
            {
                copy = context.Rent(x.Shape);
                context.Device.Copy(x, copy);
                x = copy;
            }

            NDArray<int> indices = context.RentIndices(found);
            if (smallest)
                context.Device.ArgMin(x.Reshape(lanes), part, indices, order);
            else
                context.Device.ArgMax(x.Reshape(lanes), part, indices, order);
            context.Device.Map(new Arithmetic.Multiple(weight), context.Cotangent.Reshape(found), part);
            context.Device.ScatterAddAlong(part, indices, target.Reshape(lanes), accumulate);
            context.ReturnIndices(indices);
            context.Return(part);
            if (!copy.IsNone)
                context.Return(copy);
        }

        // The cotangent divided by the number of tied elements, at each of them. Inputs: the elements, the extremes and the cotangent.
        private readonly struct EvenShares(ReducedAxes axes, double weight) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], equal = device.Allocate<W>(x.Shape), share = device.Allocate<W>(inputs[1].Shape),
                    shares = axes.WithAxes(share, x.Shape);
                device.Map2(default(Arithmetic.Equality), x, axes.WithAxes(inputs[1], x.Shape), equal);
                device.Reduce(default(Sum), equal, shares);
                device.Map2(new Share(weight), inputs[2], share, share);
                device.Map2(default(Chosen), equal, shares, destination, accumulate);
                device.Return(share);
                device.Return(equal);
            }
        }

        // If the extreme is NaN, the elements that are NaN count as tied.
        internal readonly struct Tied(double otherwise) : ITernaryMap
        {
            public L Invoke<L>(L x, L extreme, L tangent)
                where L : struct, ILane<L> => L.IfEqual(x, extreme, tangent, L.IfEqual(x, x, L.Broadcast(otherwise), tangent));
        }

        internal readonly struct Several : IUnaryMap
        {
            public L Invoke<L>(L count)
                where L : struct, ILane<L> => L.IfGreater(count, L.Constant(1), L.Constant(1), L.Constant(0));
        }

        internal readonly struct Share(double weight) : IBinaryMap
        {
            public L Invoke<L>(L cotangent, L count)
                where L : struct, ILane<L> => L.Absorb(cotangent, L.Broadcast(weight) * cotangent / count);
        }

        internal readonly struct Chosen : IBinaryMap
        {
            public L Invoke<L>(L equal, L share)
                where L : struct, ILane<L> => L.IfEqual(equal, L.Constant(0), L.Constant(0), share);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Extremes over axes.</content>
    public static partial class Operations
    {
        /// <summary>The largest of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one element.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> Max<T>(this Var<T> x, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(null, false, false, ties));

        /// <summary>The largest element over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> Max<T>(this Var<T> x, int axis, bool keepAxis = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(x.Shape.Axis(axis), keepAxis, false, ties));

        /// <summary>The smallest of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one element.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> Min<T>(this Var<T> x, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(null, false, true, ties));

        /// <summary>The smallest element over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        public static Var<T> Min<T>(this Var<T> x, int axis, bool keepAxis = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(x.Shape.Axis(axis), keepAxis, true, ties));

        /// <summary>The largest element over several axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Max<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "max").Max(SeveralAxes.Joined, false, ties), x.Shape, axes, keepAxis);

        /// <summary>The smallest element over several axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <param name="ties">The selection at ties; that of the selections if null.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Min<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "min").Min(SeveralAxes.Joined, false, ties), x.Shape, axes, keepAxis);
    }
}
