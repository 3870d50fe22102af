using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The inverse tangent.</summary>
    public readonly struct Atan : IUnaryRule<Atan>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("atan", TameClass.GloballySubanalytic) { Monotonicity = Monotonicity.Increasing, IsBounded = true };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Obstacle<L>(Atan rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.OfSlope(rule.Slope(x, x), smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Atan(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // If 1 is negligible compared to the square, the square is not computed, because it may overflow.
            L one = L.Constant(1), inverse = one / x;
            return L.IfGreater(L.Abs(x), L.Constant(1e8), inverse * inverse, one / (one + (x * x)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>atan.</content>
    public static partial class Operations
    {
        /// <summary>The inverse tangent, elementwise, in radians.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Atan<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Atan>(default));
    }
}
