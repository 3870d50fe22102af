using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>1/√x, for x > 0.</summary>
    public readonly struct ReciprocalSqrt : IUnaryRule<ReciprocalSqrt>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("reciprocal sqrt", TameClass.SemiAlgebraic)
        {
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Decreasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static L Obstacle<L>(ReciprocalSqrt rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest) + NearZero.OfSlope(rule.Slope(x, rule.Value(x)), smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Constant(1) / L.Sqrt(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(-0.5) * value / x;
    }
}

namespace ConservativeAD
{
    /// <content>reciprocal sqrt.</content>
    public static partial class Operations
    {
        /// <summary>1/√x, elementwise; ∞ at 0, −∞ at −0, NaN below.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> ReciprocalSqrt<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, ReciprocalSqrt>(default));
    }
}
