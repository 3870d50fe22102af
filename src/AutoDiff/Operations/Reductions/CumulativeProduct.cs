using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The products of the first one, two, three … elements along an axis. The derivative multiplies the other factors without any division, so that it is
    /// exact if factors are 0.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    public readonly struct CumulativeProduct<T>(int axis) : ISmoothRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cumulative product", TameClass.Polynomial) { PassesOnNonFinite = true };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
            recording.Device.Scan(default(RunningProduct), x, axis, false, y);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new RecurrencePullback<Factors>(axis, context.Selections), context.Input(0), context.Cotangent);

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Neighbours.ReachFollowing(context, axis);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new PullbackMoved(axis, context.Selections), context.Input(0), context.Tangent(0), context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new CumulativeProduct<T>(axis + 1));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new RecurrenceTangent<Factors>(axis, context.Selections), context.Input(0), context.Tangent(0));

        // y_j = x_j·y_(j−1): x_j weighs the tangent of the previous product, and the previous product weighs the tangent of x_j. The first position has no
        // previous product.
        private readonly struct Factors : IRecurrenceOf
        {
            public static void Compute<W>(Device device, in NDArray<W> x, int axis, in NDArray<W> weights, in NDArray<W> before)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                device.Scan(default(RunningProduct), x, axis, false, weights);
                Neighbours.Previous(device, weights, axis, 1, before);
                device.Copy(x, weights);
                device.Fill(weights.Slice(axis, 0, 1), W.Zero);
            }
        }

        // Inputs: x, ẋ and the cotangent.
        private readonly struct PullbackMoved(int axis, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (destination.Count == 0)
                    return;
                NDArray<W> weights = device.Allocate<W>(destination.Shape), before = device.Allocate<W>(destination.Shape),
                    dy = device.Allocate<W>(destination.Shape), dBefore = device.Allocate<W>(destination.Shape);
                Factors.Compute(device, inputs[0], axis, weights, before);
                new AxisRecurrence(axis, selections).Tangent(device, weights, before, inputs[1], dy);
                Neighbours.Previous(device, dy, axis, 0, dBefore);
                new AxisRecurrence(axis, selections).PullbackMoved(device, weights, before, inputs[1], dBefore, inputs[2], destination, accumulate);
                device.Return(dBefore);
                device.Return(dy);
                device.Return(before);
                device.Return(weights);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Cumulative products.</content>
    public static partial class Operations
    {
        /// <summary>The products of the first one, two, three … elements along an axis: y[…, j, …] = Π x[…, l, …] over l ≤ j.</summary>
        /// <typeparam name="T">The element type; float and Half are multiplied in double.</typeparam>
        /// <param name="x">The argument, of at least one axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <returns>A value of the argument's shape.</returns>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> CumulativeProduct<T>(this Var<T> x, int axis = -1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new CumulativeProduct<T>(x.Shape.Axis(axis)));
    }
}
