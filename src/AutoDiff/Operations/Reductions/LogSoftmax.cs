using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>x − log Σ exp(x) over one axis: the logarithm of the softmax, computed without exponentials that overflow.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    public readonly struct LogSoftmax<T>(int axis) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log-softmax", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Concave,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) =>
            InFloat.ValueOf(recording, new ValueFormula(axis), recording.Input(0).Shape);

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new TransposedJacobian(axis, context.Selections, InFloat.Asks<T>()), InFloat.Asks<T>() ? context.Input(0) : default,
                context.Output, context.Cotangent);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new TransposedJacobianMoved(axis, context.Selections, InFloat.Asks<T>()), InFloat.Asks<T>() ? context.Input(0) : default,
                context.Output, context.Tangent(0), context.OutputTangent, context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new LogSoftmax<T>(axis + 1));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new JacobianFormula(axis, context.Selections, InFloat.Asks<T>()), InFloat.Asks<T>() ? context.Input(0) : default,
                context.Output, context.Tangent(0));

        // (x − max x) − log Σ exp(x − max x): the logarithm is not added to a number that may be much larger.
        private readonly struct ValueFormula(int axis) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], largest = device.Allocate<W>(x.Shape.With(axis, 1)), sum = device.Allocate<W>(largest.Shape);
                LogSumExp<W>.Shift(device, x, largest);
                device.Map2(default(Arithmetic.ExpOfDifference), x, largest, destination);
                device.Reduce(default(Sum), destination, sum);
                device.Map3(default(LessBoth), x, largest, sum, destination);
                device.Return(sum);
                device.Return(largest);
            }
        }

        // w − exp(y)·Σ w, from x, y and w.
        private readonly struct TransposedJacobian(int axis, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> y = inputs[1], w = inputs[2], row = device.Allocate<W>(y.Shape.With(axis, 1));
                if (computesOutput)
                    new ValueFormula(axis).Compute(device, inputs, y, false);
                device.Reduce(default(Sum), w, row);
                device.Carry(selections, default(LessShare), y, w, row, destination, accumulate);
                device.Return(row);
            }
        }

        // ẋ − Σ exp(y)·ẋ, from x, y and ẋ.
        private readonly struct JacobianFormula(int axis, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> y = inputs[1], dx = inputs[2], weighted = device.Allocate<W>(y.Shape), row = device.Allocate<W>(y.Shape.With(axis, 1));
                if (computesOutput)
                    new ValueFormula(axis).Compute(device, inputs, y, false);
                device.Carry(selections, default(Weighted), y, dx, weighted);
                device.Reduce(default(Sum), weighted, row);
                device.Map2(default(Arithmetic.Difference), dx, row, destination, accumulate);
                device.Return(row);
                device.Return(weighted);
            }
        }

        // −exp(y)·ẏ·Σ w, from x, y, ẋ, ẏ and w.
        private readonly struct TransposedJacobianMoved(int axis, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], y = inputs[1], dx = inputs[2], dy = inputs[3], row = device.Allocate<W>(y.Shape.With(axis, 1));
                if (computesOutput)
                    new JacobianFormula(axis, selections, true).Compute(device, [x, y, dx], dy, false);
                device.Reduce(default(Sum), inputs[4], row);
                device.Carry(selections, default(LessShareMoved), y, dy, row, destination, accumulate);
                device.Return(row);
            }
        }

        internal readonly struct LessBoth : ITernaryMap
        {
            public L Invoke<L>(L x, L largest, L sum)
                where L : struct, ILane<L> => x - largest - L.Log(sum);
        }

        internal readonly struct LessShare : ITernaryMap
        {
            public L Invoke<L>(L y, L cotangent, L total)
                where L : struct, ILane<L> => cotangent - L.Absorb(total, L.Exp(y) * total);
        }

        internal readonly struct Weighted : IBinaryMap
        {
            public L Invoke<L>(L y, L tangent)
                where L : struct, ILane<L> => L.Absorb(tangent, L.Exp(y) * tangent);
        }

        internal readonly struct LessShareMoved : ITernaryMap
        {
            public L Invoke<L>(L y, L tangent, L total)
                where L : struct, ILane<L> => L.Absorb(total, L.Absorb(tangent, -(L.Exp(y) * tangent * total)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>The logarithm of the softmax.</content>
    public static partial class Operations
    {
        /// <summary>x − log Σ exp(x) over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        public static Var<T> LogSoftmax<T>(this Var<T> x, int axis = -1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new LogSoftmax<T>(x.Shape.Axis(axis)));
    }
}
