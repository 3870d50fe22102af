using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The sums of the first one, two, three … elements along an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    public readonly struct CumulativeSum<T>(int axis) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cumulative sum", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
            recording.Device.CumulativeSum(x, axis, false, y);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            // The transpose: every element contributes to its own sum and to all later ones.
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.CumulativeSum(context.Cotangent, axis, true, target, accumulate);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(axis, node.Input(0).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new CumulativeSum<T>(axis + 1));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => context.Device.CumulativeSum(context.Tangent(0), axis, false, context.OutputTangent);
    }
}

namespace ConservativeAD
{
    /// <content>Cumulative sums.</content>
    public static partial class Operations
    {
        /// <summary>The sums of the first one, two, three … elements along an axis: y[…, j, …] = Σ x[…, l, …] over l ≤ j.</summary>
        /// <typeparam name="T">The element type; float and Half are summed in double.</typeparam>
        /// <param name="x">The argument, of at least one axis.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <returns>A value of the argument's shape.</returns>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> CumulativeSum<T>(this Var<T> x, int axis = -1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new CumulativeSum<T>(x.Shape.Axis(axis)));
    }
}
