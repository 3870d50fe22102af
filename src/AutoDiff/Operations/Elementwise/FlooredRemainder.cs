using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x − n·y for the largest integer n that is not above x/y: the remainder of a division that rounds down, with the sign of y. It jumps where the quotient
    /// is an integer; it has no conservative field there.
    /// </summary>
    public readonly struct FlooredRemainder : IBinaryRule<FlooredRemainder>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("floored remainder", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
        };

        /// <inheritdoc/>
        public static L Kink<L>(FlooredRemainder rule, L x, L y)
            where L : struct, ILane<L> => L.IfEqual(default(Remainder).Value(x, y), L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L Obstacle<L>(FlooredRemainder rule, L x, L y, L firstMoves, L secondMoves, L smallest)
            where L : struct, ILane<L> => L.IfEqual(secondMoves, L.Constant(0), L.Constant(0), NearZero.Of(y, smallest));

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L>
        {
            // 0 takes the sign of the divisor.
            L zero = L.Constant(0), rest = default(Remainder).Value(x, y);
            return L.IfEqual(rest, zero, IfSignsDiffer(L.Constant(1), y, -zero, zero), IfSignsDiffer(rest, y, rest + y, rest));
        }

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(1);

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L>
        {
            L rest = default(Remainder).Value(x, y), truncated = default(Remainder).SlopeOfSecond(x, y);
            return L.IfEqual(rest, L.Constant(0), truncated, IfSignsDiffer(rest, y, truncated + L.Constant(1), truncated));
        }

        private static L IfSignsDiffer<L>(L x, L y, L then, L otherwise)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfGreater(zero, x, L.IfGreater(zero, y, otherwise, then), L.IfGreater(zero, y, then, otherwise));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Remainders of division that rounds down.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The remainder of x/y of a division that rounds down, elementwise and with the sign of y, as of Python's % and PyTorch's remainder; the shapes
        /// broadcast. Discontinuous where the quotient is an integer. NaN where y is 0, x is infinite, or the quotient has more than three times the digits of
        /// the number type. <see cref="Remainder"/> has the sign of x.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The dividend.</param>
        /// <param name="y">The divisor.</param>
        public static Var<T> FlooredRemainder<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, FlooredRemainder>(default), x, y);
    }
}
