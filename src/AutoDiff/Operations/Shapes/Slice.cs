using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Consecutive positions along an axis, as a view.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="start">The first position.</param>
    /// <param name="length">The number of positions.</param>
    public readonly struct Slice<T>(int axis, int start, int length) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("slice", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) => recording.Input(0).Slice(axis, start, length);

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            if (!accumulate)
            {
                int end = start + length, rest = target.Shape[axis] - end;
                if (start > 0)
                    context.Device.Fill(target.Slice(axis, 0, start), T.Zero);
                if (rest > 0)
                    context.Device.Fill(target.Slice(axis, end, rest), T.Zero);
            }

            context.Device.Copy(context.Cotangent, target.Slice(axis, start, length), accumulate);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            Shape shape = node.Input(0).Shape;
            int[] strides = Dependence.RowMajor(shape);
            return Dependence.Elements(Dependence.Strided(node.Output.Shape, strides, start * strides[axis]), shape);
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new Slice<T>(axis + 1, start, length));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => context.Device.Copy(context.Tangent(0).Slice(axis, start, length), context.OutputTangent);
    }
}

namespace ConservativeAD
{
    /// <content>Parts of an array.</content>
    public static partial class Operations
    {
        /// <summary>Consecutive positions along an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="start">The first position, from 0.</param>
        /// <param name="length">The number of positions.</param>
        /// <exception cref="ArgumentOutOfRangeException">The positions exceed the axis.</exception>
        public static Var<T> Slice<T>(this Var<T> x, int axis, int start, int length)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Slice<T>(x.Shape.Axis(axis), start, length));

        /// <summary>One position along an axis; the axis is removed.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="position">The position, from 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">The position is outside the axis.</exception>
        public static Var<T> Select<T>(this Var<T> x, int axis, int position)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = x.Shape;
            axis = shape.Axis(axis);
            return x.Slice(axis, position, 1).Apply(new Reshape<T>(shape.Without(axis)));
        }
    }
}
