using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>The selection at the kink of <see cref="Norm2{T}"/>.</summary>
    public static class Norm2
    {
        /// <summary>The length of the gradient at the origin, along (1, …, 1)/√n.</summary>
        public static SelectionKey<double> AtOrigin { get; } = new("norm2 at the origin", 0, nameof(Selections.Norm2AtZero))
        {
            Meaning = "the length of the gradient, along (1, …, 1)/√n",
            Clarke = ClarkeSet.Between(-1, 1),
            PyTorch = new(0, "tools/autograd/derivatives.yaml, `linalg_vector_norm_backward`: masked at 0"),
            Jax = new(0, "JAX itself returns NaN"),
            TensorFlow = new(0, "TensorFlow itself returns NaN"),
        };
    }

    /// <summary>‖x‖₂ over one axis or all. The only kink is at the origin, where the Clarke set is the unit ball.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; that of the selections if null.</param>
    public readonly struct Norm2<T>(int? axis, bool keepAxis, double? lengthAtZero) : IRule<T>, IMarksObstacles<T>, IHasGroups, IHasPieces<T>,
        IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("norm2", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            IsSmooth = false,
            Curvature = Curvature.Convex
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) =>
            InFloat.ValueOf(recording, new ValueFormula(axes), axes.OutputShape(recording.Input(0).Shape));

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            double atZero = (lengthAtZero ?? context.Selections.GetValue(Norm2.AtOrigin)) / Math.Sqrt(Math.Max(1, axes.Length(target.Shape)));
            var formula = new Gradient(axes, atZero, context.Selections, InFloat.Asks<T>());
            InFloat.Compute(context.Device, formula, target, accumulate, context.Input(0), context.Output, context.Cotangent);
        }

        /// <inheritdoc/>
        public void LockedPullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new LockedGradient(axes, context.Selections), context.Input(0), context.Output, context.Cotangent, context.Tangent(0));

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new GradientMoved(axes, context.Selections, InFloat.Asks<T>()), context.Input(0), context.Output, context.Tangent(0),
                context.OutputTangent, context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            double? lengthAtZeroHere = lengthAtZero;
            return of.Reduced(axis, keepAxis, (along, keep) => new Norm2<T>(along, keep, lengthAtZeroHere));
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new TangentFormula(axes, context.Selections, InFloat.Asks<T>()), context.Input(0), context.Output, context.Tangent(0));

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            context.Device.Map(default(Arithmetic.IsZero), context.Output, marks);
            return marks;
        }

        /// <inheritdoc/>
        public NDArray<T> Obstacles(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            context.Device.Map(new LostDigits(SmallestNormal.Of<T>()), context.Output, marks);
            return marks;
        }

        int IHasGroups.GroupOf(in Shape input, int element) => ReducedAxes.OutputOf(axes.Lanes(input), element);

        /// <inheritdoc/>
        public void SwitchingForms(in SwitchingContext<T> context) => NormOrigins.AddForms(context, axes);

        /// <inheritdoc/>
        public void AddPieces(in PiecesContext<T> context)
        {
            T[] norms = context.Output.ToArray();
            Shape lanes = axes.Lanes(context.Input(0).Shape);
            for (int output = 0; output < norms.Length; output++)
            {
                if (norms[output] != T.Zero)
                    continue;
                var elements = new (int, int)[lanes[1]];
                int element = (output / lanes[2] * lanes[1] * lanes[2]) + (output % lanes[2]);
                for (int place = 0; place < elements.Length; place++, element += lanes[2])
                    elements[place] = (0, element);
                context.AddBall(output, elements);
            }
        }

        // If the norm has lost precision, so has the direction from the origin.
        internal readonly struct LostDigits(double smallest) : IUnaryMap
        {
            public L Invoke<L>(L norm)
                where L : struct, ILane<L> => NearZero.Of(norm, L.Broadcast(smallest));
        }

        private readonly struct ValueFormula(ReducedAxes axes) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                EuclideanNorm.Of(device, inputs[0], axes.WithAxes(destination, inputs[0].Shape));
            }
        }

        // w·x/‖x‖, from x, ‖x‖ and w.
        private readonly struct Gradient(ReducedAxes axes, double atZero, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], norm = inputs[1];
                if (computesOutput)
                    new ValueFormula(axes).Compute(device, inputs, norm, false);
                device.Carry(selections, new Radial(atZero), x, axes.WithAxes(norm, x.Shape), axes.WithAxes(inputs[2], x.Shape), destination, accumulate);
            }
        }

        // Near the origin x is t·ẋ, where the gradient is ẋ/‖ẋ‖. Inputs: x, ‖x‖, w and ẋ.
        private readonly struct LockedGradient(ReducedAxes axes, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], moved = device.Allocate<W>(x.Shape), norm = device.Allocate<W>(inputs[1].Shape);
                device.Map3(default(MovedFromOrigin), x, axes.WithAxes(inputs[1], x.Shape), inputs[3], moved);
                new Gradient(axes, 0, selections, true).Compute(device, [moved, norm, inputs[2]], destination, accumulate);
                device.Return(norm);
                device.Return(moved);
            }
        }

        // ⟨x, ẋ⟩/‖x‖, and ‖ẋ‖ at the origin. Inputs: x, ‖x‖ and ẋ.
        private readonly struct TangentFormula(ReducedAxes axes, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], norm = inputs[1], dx = inputs[2], product = device.Allocate<W>(x.Shape), length = device.Allocate<W>(norm.Shape);
                if (computesOutput)
                    new ValueFormula(axes).Compute(device, inputs, norm, false);
                device.Carry(selections, default(Arithmetic.CarriedProduct), dx, x, product);
                device.Reduce(default(Sum), product, axes.WithAxes(destination, x.Shape));
                device.Reduce(default(SumOfSquares), dx, axes.WithAxes(length, x.Shape));
                device.Carry(selections, default(OneSided), norm, destination, length, destination);
                device.Return(length);
                device.Return(product);
            }
        }

        // The derivative of w·x/‖x‖. Inputs: x, ‖x‖, ẋ, the norm's tangent and w.
        private readonly struct GradientMoved(ReducedAxes axes, Selections selections, bool computesOutput) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], norm = inputs[1], dx = inputs[2], normTangent = inputs[3], change = device.Allocate<W>(x.Shape);
                if (computesOutput)
                    new TangentFormula(axes, selections, true).Compute(device, [x, norm, dx], normTangent, false);
                device.Carry(selections, default(RadialMoved), x, axes.WithAxes(norm, x.Shape), dx, axes.WithAxes(normTangent, x.Shape), change);
                device.Carry(selections, default(Arithmetic.ProductOfCarried), axes.WithAxes(inputs[4], x.Shape), change, destination, accumulate);
                device.Return(change);
            }
        }

        internal readonly struct Radial(double atZero) : ITernaryMap
        {
            public L Invoke<L>(L x, L norm, L cotangent)
                where L : struct, ILane<L> => L.Absorb(cotangent, cotangent * L.IfEqual(norm, L.Constant(0), L.Broadcast(atZero), x / norm));
        }

        internal readonly struct MovedFromOrigin : ITernaryMap
        {
            public L Invoke<L>(L x, L norm, L tangent)
                where L : struct, ILane<L> => L.IfEqual(norm, L.Constant(0), tangent, x);
        }

        internal readonly struct OneSided : ITernaryMap
        {
            public L Invoke<L>(L norm, L product, L squaredLength)
                where L : struct, ILane<L> => L.IfEqual(norm, L.Constant(0), L.Sqrt(squaredLength), L.Absorb(product, product / norm));
        }

        internal readonly struct RadialMoved : IQuaternaryMap
        {
            public L Invoke<L>(L x, L norm, L tangent, L normTangent)
                where L : struct, ILane<L>
            {
                L zero = L.Constant(0), change = tangent - L.Absorb(normTangent, x / norm * normTangent);
                return L.IfEqual(norm, zero, zero, L.Absorb(change, change / norm));
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>The ℓ₂ norm.</content>
    public static partial class Operations
    {
        /// <summary>‖x‖₂ of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; that of the selections if null. Clarke in [−1, 1].</param>
        public static Var<T> Norm2<T>(this Var<T> x, double? lengthAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm2<T>(null, false, lengthAtZero));

        /// <summary>‖x‖₂ over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; that of the selections if null. Clarke in [−1, 1].</param>
        public static Var<T> Norm2<T>(this Var<T> x, int axis, bool keepAxis = false, double? lengthAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm2<T>(x.Shape.Axis(axis), keepAxis, lengthAtZero));

        /// <summary>‖x‖₂ over several axes; over the two of a matrix, Frobenius's norm.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; that of the selections if null. Clarke in [−1, 1].</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Norm2<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false, double? lengthAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "norm2").Norm2(SeveralAxes.Joined, false, lengthAtZero), x.Shape, axes, keepAxis);
    }
}
