using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x/y, for y ≠ 0.</summary>
    public readonly struct Divide : IBinaryRule<Divide>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("divide", TameClass.SemiAlgebraic)
        {
            Curvature = Curvature.Quotient,
            IsUnboundedOnBoundedSets = true
        };

        /// <inheritdoc/>
        public static ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Quotient;

        /// <inheritdoc/>
        public static L Obstacle<L>(Divide rule, L x, L y, L firstMoves, L secondMoves, L smallest)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), underflow = NearZero.OfSlope(rule.SlopeOfSecond(x, y), smallest);
            return L.IfEqual(secondMoves, zero, zero, NearZero.Of(y, smallest) + L.IfEqual(x, zero, zero, underflow));
        }

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => x / y;

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(1) / y;

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => -(x / y) * (L.Constant(1) / y);
    }
}

namespace ConservativeAD
{
    /// <content>Division.</content>
    public readonly partial struct Var<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>x / y, elementwise; the shapes broadcast.</summary>
        /// <param name="x">The dividend.</param>
        /// <param name="y">The divisor.</param>
        public static Var<T> operator /(Var<T> x, Var<T> y) => x.Tape.Record(new BinaryOperation<T, Divide>(default), x, y);
    }
}
