using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>‖x‖₁ over one axis or all, with kinks where an element is 0; the slopes there are in [−1, 1].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="slopeAtZero">abs'(0); that of the selections if null.</param>
    public readonly struct Norm1<T>(int? axis, bool keepAxis, double? slopeAtZero)
        : IPiecewiseLinearRule<T>, IHasPieces<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("norm1", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0);
            NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
            recording.Device.Reduce(default(SumOfMagnitudes), x, axes.WithAxes(y, x.Shape));
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            Signed signed = new(slopeAtZero ?? context.Selections.GetValue(Abs.AtZero));
            context.Device.Carry(context.Selections, signed, context.Input(0), axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
        }

        /// <inheritdoc/>
        public void LockedPullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.Map3(default(LockedSign), context.Input(0), context.Tangent(0), axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            double? slopeAtZeroHere = slopeAtZero;
            return of.Reduced(axis, keepAxis, (along, keep) => new Norm1<T>(along, keep, slopeAtZeroHere));
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            NDArray<T> x = context.Input(0), slope = context.Rent(x.Shape);
            context.Device.Map2(default(OneSided), x, context.Tangent(0), slope);
            context.Device.Reduce(default(Sum), slope, axes.WithAxes(context.OutputTangent, x.Shape));
            context.Return(slope);
        }

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Input(0).Shape);
            context.Device.Map(default(Arithmetic.IsZero), context.Input(0), marks);
            return marks;
        }

        /// <inheritdoc/>
        public void SwitchingForms(in SwitchingContext<T> context)
        {
            T[] x = context.Input(0).ToArray(), tangents = context.Tangent(0).ToArray();
            for (int element = 0; element < x.Length; element++)
            {
                if (x[element] == T.Zero)
                    context.AddSign(0, element, tangents[element]);
            }
        }

        /// <inheritdoc/>
        public void AddPieces(in PiecesContext<T> context)
        {
            T[] x = context.Input(0).ToArray();
            Shape lanes = axes.Lanes(context.Input(0).Shape);
            for (int element = 0; element < x.Length; element++)
            {
                int output = ReducedAxes.OutputOf(lanes, element);
                double slope = T.Sign(x[element]);
                context.AddInterval(output, 0, element, slope == 0 ? -1 : slope, slope == 0 ? 1 : slope);
            }
        }

        internal readonly struct Signed(double atZero) : IBinaryMap
        {
            public L Invoke<L>(L x, L cotangent)
                where L : struct, ILane<L> =>
                L.Absorb(cotangent, cotangent * Lane.Sign(x, L.Broadcast(atZero)));
        }

        internal readonly struct LockedSign : ITernaryMap
        {
            public L Invoke<L>(L x, L tangent, L cotangent)
                where L : struct, ILane<L> =>
                    L.Absorb(cotangent, Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x), L.Constant(0), cotangent, -cotangent)));
        }

        internal readonly struct OneSided : IBinaryMap
        {
            public L Invoke<L>(L x, L tangent)
                where L : struct, ILane<L> =>
                    L.Absorb(tangent, Lane.UnlessNaN(x, L.IfEqual(x, L.Constant(0), L.Abs(tangent), L.IfGreater(x, L.Constant(0), tangent, -tangent))));
        }
    }
}

namespace ConservativeAD
{
    /// <content>The ℓ₁ norm.</content>
    public static partial class Operations
    {
        /// <summary>‖x‖₁ of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="slopeAtZero">abs'(0) for this call; that of the selections if null. Clarke in [−1, 1].</param>
        public static Var<T> Norm1<T>(this Var<T> x, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm1<T>(null, false, slopeAtZero));

        /// <summary>‖x‖₁ over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <param name="slopeAtZero">abs'(0) for this call; that of the selections if null. Clarke in [−1, 1].</param>
        public static Var<T> Norm1<T>(this Var<T> x, int axis, bool keepAxis = false, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm1<T>(x.Shape.Axis(axis), keepAxis, slopeAtZero));

        /// <summary>‖x‖₁ over several axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <param name="slopeAtZero">abs'(0) for this call; that of the selections if null. Clarke in [−1, 1].</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Norm1<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "norm1").Norm1(SeveralAxes.Joined, false, slopeAtZero), x.Shape, axes, keepAxis);
    }
}
