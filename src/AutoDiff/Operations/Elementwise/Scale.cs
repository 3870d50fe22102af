using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>c·x for a number c.</summary>
    /// <param name="factor">c.</param>
    public readonly struct Scale(double factor) : IUnaryRule<Scale>, IHasCurvature
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("scale", TameClass.Polynomial) { HasFiniteSlopes = true, Curvature = Curvature.Affine };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public Curvature Curvature => Curvature.Affine;

        /// <inheritdoc/>
        public Monotonicity Monotonicity => factor >= 0 ? Monotonicity.Increasing : Monotonicity.Decreasing;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Broadcast(factor) * x;

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Broadcast(factor);
    }
}

namespace ConservativeAD
{
    /// <content>scale.</content>
    public static partial class Operations
    {
        /// <summary>c·x, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="factor">c.</param>
        public static Var<T> Scale<T>(this Var<T> x, double factor)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Scale>(new Scale(factor)));
    }
}
