using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>c/x for a number c and x ≠ 0.</summary>
    /// <param name="dividend">c.</param>
    public readonly struct DivideInto(double dividend) : IUnaryRule<DivideInto>
    {
        private readonly double dividend = dividend;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("divide a number", TameClass.SemiAlgebraic) { IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public static L Obstacle<L>(DivideInto rule, L x, L smallest)
            where L : struct, ILane<L> =>
            NearZero.Of(x, smallest) + (rule.dividend == 0 ? L.Constant(0) : NearZero.OfSlope(rule.Slope(x, rule.Value(x)), smallest));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Broadcast(dividend) / x;

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => -(value / x);
    }
}

namespace ConservativeAD
{
    /// <content>divide a number.</content>
    public static partial class Operations
    {
        /// <summary>c/x, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="dividend">c.</param>
        public static Var<T> DivideInto<T>(this Var<T> x, double dividend)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, DivideInto>(new DivideInto(dividend)));
    }
}
