using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Repeats an array along new axes and axes of extent 1, as a view.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">The new shape.</param>
    public readonly struct BroadcastTo<T>(Shape shape) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("broadcast", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) => recording.Input(0).BroadcastTo(shape);

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (context.Needs(0))
                context.AddSummed(0, context.Cotangent);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) =>
            of.Aligned(0, of.Output.Rank).Apply(new BroadcastTo<T>(Examples<T>.Led(of.Count, of.Output)));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => context.Device.Copy(context.Tangent(0), context.OutputTangent);
    }
}

namespace ConservativeAD
{
    /// <content>Broadcasting.</content>
    public static partial class Operations
    {
        /// <summary>Repeats the array along new axes and axes of extent 1.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="shape">The new shape, aligned at the last axis; each extent must equal the argument's unless the argument's is 1.</param>
        /// <exception cref="ArgumentException">The argument does not broadcast to the shape.</exception>
        public static Var<T> BroadcastTo<T>(this Var<T> x, params ReadOnlySpan<int> shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new BroadcastTo<T>(new Shape(shape)));
    }
}
