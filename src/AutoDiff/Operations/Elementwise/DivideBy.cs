using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x/c for a number c.</summary>
    /// <param name="divisor">c, not 0.</param>
    public readonly struct DivideBy(double divisor) : IUnaryRule<DivideBy>, IHasCurvature
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("divide by a number", TameClass.Polynomial) { Curvature = Curvature.Affine };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public Curvature Curvature => Curvature.Affine;

        /// <inheritdoc/>
        public Monotonicity Monotonicity => divisor >= 0 ? Monotonicity.Increasing : Monotonicity.Decreasing;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => x / L.Broadcast(divisor);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / L.Broadcast(divisor);
    }
}

namespace ConservativeAD
{
    /// <content>divide by a number.</content>
    public static partial class Operations
    {
        /// <summary>x/c, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="divisor">c, not 0.</param>
        public static Var<T> DivideBy<T>(this Var<T> x, double divisor)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, DivideBy>(new DivideBy(divisor)));
    }
}
