using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>log Σ exp(x) over one axis or all, computed relative to the largest element so that nothing overflows. Its gradient is the softmax.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    public readonly struct LogSumExp<T>(int? axis, bool keepAxis) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("logsumexp", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) =>
            InFloat.ValueOf(recording, new ValueFormula(axes), axes.OutputShape(recording.Input(0).Shape));

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new Shares(axes, context.Selections), context.Input(0), context.Output, context.Cotangent);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new SharesMoved(axes, context.Selections, InFloat.Asks<T>()), context.Input(0), context.Output, context.Tangent(0),
                context.OutputTangent, context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Reduced(axis, keepAxis, (along, keep) => new LogSumExp<T>(along, keep));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new SumOfShares(axes, context.Selections), context.Input(0), context.Output, context.Tangent(0));

        /// <summary>The largest element of each lane, or 0 if that is infinite.</summary>
        internal static void Shift<W>(Device device, in NDArray<W> x, in NDArray<W> largest)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            device.Reduce(default(Largest), x, largest);
            device.Map(default(FiniteOrZero), largest, largest);
        }

        // x minus the largest element, and log Σ exp of that difference; y itself has lost log Σ where the elements are large.
        private static void Centre<W>(Device device, in NDArray<W> x, in NDArray<W> centred, in NDArray<W> logarithm)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> largest = device.Allocate<W>(logarithm.Shape);
            Shift(device, x, largest);
            device.Map2(default(Arithmetic.ExpOfDifference), x, largest, centred);
            device.Reduce(default(Sum), centred, logarithm);
            device.Map(default(Logarithm), logarithm, logarithm);
            device.Map2(default(Arithmetic.Difference), x, largest, centred);
            device.Return(largest);
        }

        private readonly struct ValueFormula(ReducedAxes axes) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], y = axes.WithAxes(destination, x.Shape), largest = device.Allocate<W>(y.Shape), terms = device.Allocate<W>(x.Shape);
                Shift(device, x, largest);
                device.Map2(default(Arithmetic.ExpOfDifference), x, largest, terms);
                device.Reduce(default(Sum), terms, y);
                device.Map2(default(LogPlus), y, largest, y);
                device.Return(terms);
                device.Return(largest);
            }
        }

        // exp(x − y)·v, from x, y and v.
        private readonly struct Shares(ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], y = axes.WithAxes(inputs[1], x.Shape), v = inputs[2], centred = device.Allocate<W>(x.Shape),
                    logarithm = device.Allocate<W>(y.Shape);
                Centre(device, x, centred, logarithm);
                device.Carry(selections, default(Weighted), centred, logarithm, v.Shape == x.Shape ? v : axes.WithAxes(v, x.Shape), destination, accumulate);
                device.Return(logarithm);
                device.Return(centred);
            }
        }

        private readonly struct SumOfShares(ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], weighted = device.Allocate<W>(x.Shape);
                new Shares(axes, selections).Compute(device, inputs, weighted, false);
                device.Reduce(default(Sum), weighted, axes.WithAxes(destination, x.Shape), accumulate);
                device.Return(weighted);
            }
        }

        // exp(x − y)·(ẋ − ẏ)·w, from x, y, ẋ, ẏ and w.
        private readonly struct SharesMoved(ReducedAxes axes, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], y = axes.WithAxes(inputs[1], x.Shape), dx = inputs[2], dy = inputs[3], change = device.Allocate<W>(x.Shape);
                NDArray<W> centred = device.Allocate<W>(x.Shape), logarithm = device.Allocate<W>(y.Shape);
                if (computesOutput)
                    new SumOfShares(axes, selections).Compute(device, [x, inputs[1], dx], dy, false);
                Centre(device, x, centred, logarithm);
                device.Carry(selections, default(WeightMoved), centred, logarithm, dx, axes.WithAxes(dy, x.Shape), change);
                device.Return(logarithm);
                device.Return(centred);
                device.Carry(selections, default(Arithmetic.ProductOfCarried), axes.WithAxes(inputs[4], x.Shape), change, destination, accumulate);
                device.Return(change);
            }
        }

        internal readonly struct FiniteOrZero : IUnaryMap
        {
            public L Invoke<L>(L x)
                where L : struct, ILane<L> => L.IfEqual(L.Abs(x), L.Constant(double.PositiveInfinity), L.Constant(0), x);
        }

        internal readonly struct LogPlus : IBinaryMap
        {
            public L Invoke<L>(L sum, L largest)
                where L : struct, ILane<L> => L.Log(sum) + largest;
        }

        internal readonly struct Logarithm : IUnaryMap
        {
            public L Invoke<L>(L x)
                where L : struct, ILane<L> => L.Log(x);
        }

        internal readonly struct Weighted : ITernaryMap
        {
            public L Invoke<L>(L x, L value, L carried)
                where L : struct, ILane<L> => L.Absorb(carried, L.Exp(x - value) * carried);
        }

        internal readonly struct WeightMoved : IQuaternaryMap
        {
            public L Invoke<L>(L x, L value, L tangent, L valueTangent)
                where L : struct, ILane<L>
            {
                L moved = tangent - valueTangent;
                return L.Absorb(moved, L.Exp(x - value) * moved);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>The logarithm of a sum of exponentials.</content>
    public static partial class Operations
    {
        /// <summary>log Σ exp(x) of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        public static Var<T> LogSumExp<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new LogSumExp<T>(null, false));

        /// <summary>log Σ exp(x) over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        public static Var<T> LogSumExp<T>(this Var<T> x, int axis, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new LogSumExp<T>(x.Shape.Axis(axis), keepAxis));

        /// <summary>log Σ exp(x) over several axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> LogSumExp<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "logsumexp").LogSumExp(SeveralAxes.Joined, false), x.Shape, axes, keepAxis);
    }
}
