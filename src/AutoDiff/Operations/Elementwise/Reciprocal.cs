using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>1/x, for x ≠ 0.</summary>
    public readonly struct Reciprocal : IUnaryRule<Reciprocal>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("reciprocal", TameClass.SemiAlgebraic) { IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public static L Obstacle<L>(Reciprocal rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest) + NearZero.OfSlope(rule.Slope(x, rule.Value(x)), smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Constant(1) / x;

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => -(value * value);
    }
}

namespace ConservativeAD
{
    /// <content>reciprocal.</content>
    public static partial class Operations
    {
        /// <summary>1/x, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Reciprocal<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Reciprocal>(default));
    }
}
