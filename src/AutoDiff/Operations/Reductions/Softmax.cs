using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>exp(x) / Σ exp(x) over one axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    public readonly struct Softmax<T>(int axis) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("softmax", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) =>
            InFloat.ValueOf(recording, new ValueFormula(axis), recording.Input(0).Shape);

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new JacobianFormula(axis, context.Selections, InFloat.Asks<T>()), InFloat.Asks<T>() ? context.Input(0) : default,
                context.Output, context.Cotangent);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new JacobianMoved(axis, context.Selections, InFloat.Asks<T>()), InFloat.Asks<T>() ? context.Input(0) : default,
                context.Output, context.Tangent(0), context.OutputTangent, context.Cotangent);

        // The Jacobian diag(y) − y yᵀ is symmetric.
        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new Softmax<T>(axis + 1));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new JacobianFormula(axis, context.Selections, InFloat.Asks<T>()), InFloat.Asks<T>() ? context.Input(0) : default,
                context.Output, context.Tangent(0));

        private readonly struct ValueFormula(int axis) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], row = device.Allocate<W>(x.Shape.With(axis, 1));
                device.Reduce(default(Largest), x, row);
                device.Map2(default(Arithmetic.ExpOfDifference), x, row, destination);
                device.Reduce(default(Sum), destination, row);
                device.Map2(default(Arithmetic.Ratio), destination, row, destination);
                device.Return(row);
            }
        }

        // y ∘ (v − ⟨y, v⟩), from x, y and v.
        private readonly struct JacobianFormula(int axis, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> y = inputs[1], v = inputs[2], product = device.Allocate<W>(y.Shape), row = device.Allocate<W>(y.Shape.With(axis, 1));
                if (computesOutput)
                    new ValueFormula(axis).Compute(device, inputs, y, false);
                device.Carry(selections, default(Arithmetic.CarriedProduct), v, y, product);
                device.Reduce(default(Sum), product, row);
                device.Carry(selections, default(Centred), y, v, row, destination, accumulate);
                device.Return(row);
                device.Return(product);
            }
        }

        // The derivative of y ∘ (w − ⟨y, w⟩) along the tangent of y. Inputs: x, y, ẋ, ẏ and w.
        private readonly struct JacobianMoved(int axis, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], y = inputs[1], dx = inputs[2], dy = inputs[3], w = inputs[4];
                NDArray<W> product = device.Allocate<W>(y.Shape), row = device.Allocate<W>(y.Shape.With(axis, 1));
                if (computesOutput)
                    new JacobianFormula(axis, selections, true).Compute(device, [x, y, dx], dy, false);
                device.Carry(selections, default(Arithmetic.CarriedProduct), w, y, product);
                device.Reduce(default(Sum), product, row);
                device.Carry(selections, default(CentredMoved), dy, w, row, destination, accumulate);
                device.Carry(selections, default(Arithmetic.ProductOfCarried), w, dy, product);
                device.Reduce(default(Sum), product, row);
                device.Carry(selections, default(LessProduct), row, y, destination, true);
                device.Return(row);
                device.Return(product);
            }
        }

        internal readonly struct Centred : ITernaryMap
        {
            public L Invoke<L>(L y, L v, L mean)
                where L : struct, ILane<L>
            {
                L centred = v - mean;
                return L.Absorb(centred, y * centred);
            }
        }

        // Both the tangent of y and the cotangent absorb where they are 0.
        internal readonly struct CentredMoved : ITernaryMap
        {
            public L Invoke<L>(L dy, L w, L mean)
                where L : struct, ILane<L>
            {
                L centred = w - mean;
                return L.Absorb(dy, L.Absorb(centred, dy * centred));
            }
        }

        internal readonly struct LessProduct : IBinaryMap
        {
            public L Invoke<L>(L carried, L factor)
                where L : struct, ILane<L> => L.Absorb(carried, -(carried * factor));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Softmax.</content>
    public static partial class Operations
    {
        /// <summary>exp(x) / Σ exp(x) over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        public static Var<T> Softmax<T>(this Var<T> x, int axis = -1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Softmax<T>(x.Shape.Axis(axis)));
    }
}
