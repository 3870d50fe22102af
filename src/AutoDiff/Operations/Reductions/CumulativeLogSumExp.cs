using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// log Σ exp of the first one, two, three … elements along an axis. At every position, the element's share of the sum weighs its tangent, and the remaining
    /// share weighs the tangent of the previous result.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    public readonly struct CumulativeLogSumExp<T>(int axis) : ISmoothRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cumulative logsumexp", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
            recording.Device.Scan(new RunningLogSumExp(withoutLargest: false), x, axis, false, y);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new RecurrencePullback<Parts>(axis, context.Selections), context.Input(0), context.Cotangent);

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Neighbours.ReachFollowing(context, axis);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new PullbackMoved(axis, context.Selections), context.Input(0), context.Tangent(0), context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new CumulativeLogSumExp<T>(axis + 1));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new RecurrenceTangent<Parts>(axis, context.Selections), context.Input(0), context.Tangent(0));

        // The share of an element in its sum is σ(x_j − y_(j−1)); all previous elements have the remaining share. The value before the first is −∞.
        private readonly struct Parts : IRecurrenceOf
        {
            public static void Compute<W>(Device device, in NDArray<W> x, int axis, in NDArray<W> rest, in NDArray<W> share)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> scanned = device.Allocate<W>(x.Shape), apart = device.Allocate<W>(x.Shape), before = device.Allocate<W>(x.Shape);

                // y itself has lost log Σ where the elements are large.
                device.Scan(default(Running<Largest>), x, axis, false, scanned);
                Neighbours.Previous(device, scanned, axis, double.NegativeInfinity, before);
                device.Map2(default(Arithmetic.Difference), x, before, apart);
                device.Scan(new RunningLogSumExp(withoutLargest: true), x, axis, false, scanned);
                Neighbours.Previous(device, scanned, axis, 0, before);
                device.Map2(default(Arithmetic.Difference), apart, before, apart);
                device.Map(default(Shares), apart, share);
                device.Map(default(Rests), apart, rest);
                device.Return(before);
                device.Return(apart);
                device.Return(scanned);
            }
        }

        // The two shares are σ and 1 − σ of u = x_j − y_(j−1), with derivatives ± σ·(1 − σ)·u̇. Inputs: x, ẋ and the cotangent.
        private readonly struct PullbackMoved(int axis, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> rest = device.Allocate<W>(destination.Shape), share = device.Allocate<W>(destination.Shape),
                    dy = device.Allocate<W>(destination.Shape), moved = device.Allocate<W>(destination.Shape);
                Parts.Compute(device, inputs[0], axis, rest, share);
                new AxisRecurrence(axis, selections).Tangent(device, rest, share, inputs[1], dy);
                Neighbours.Previous(device, dy, axis, 0, moved);
                device.Map2(default(Arithmetic.Difference), inputs[1], moved, moved);
                device.Carry(selections, default(ShareMoved), rest, share, moved, dy);
                device.Map(new Arithmetic.Multiple(-1), dy, moved);
                new AxisRecurrence(axis, selections).PullbackMoved(device, rest, share, moved, dy, inputs[2], destination, accumulate);
                device.Return(moved);
                device.Return(dy);
                device.Return(share);
                device.Return(rest);
            }
        }

        internal readonly struct Shares : IUnaryMap
        {
            public L Invoke<L>(L apart)
                where L : struct, ILane<L> => L.Sigmoid(apart);
        }

        internal readonly struct Rests : IUnaryMap
        {
            public L Invoke<L>(L apart)
                where L : struct, ILane<L> => L.Sigmoid(-apart);
        }

        internal readonly struct ShareMoved : ITernaryMap
        {
            public L Invoke<L>(L rest, L share, L moved)
                where L : struct, ILane<L> => L.Absorb(moved, rest * share * moved);
        }
    }
}

namespace ConservativeAD
{
    /// <content>The logarithm of cumulative sums of exponentials.</content>
    public static partial class Operations
    {
        /// <summary>
        /// log Σ exp of the first one, two, three … elements along an axis: y[…, j, …] = log Σ exp x[…, l, …] over l ≤ j, computed without overflow.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of at least one axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <returns>A value of the argument's shape.</returns>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> CumulativeLogSumExp<T>(this Var<T> x, int axis = -1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new CumulativeLogSumExp<T>(x.Shape.Axis(axis)));
    }
}
