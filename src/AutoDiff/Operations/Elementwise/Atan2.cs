using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The angle of the point with ordinate x and abscissa y, in radians in [−π, π]. It jumps where the ordinate is 0 and the abscissa is negative, and has no
    /// limit at the origin.
    /// </summary>
    public readonly struct Atan2 : IBinaryRule<Atan2>
    {
        // The angle is an arc tangent of a quotient in [−1, 1], and therefore analytic on a bounded set.
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("atan2", TameClass.GloballySubanalytic)
        {
            IsSmooth = false,
            IsContinuous = false,
            IsLocallyLipschitz = false,
            IsBounded = true
        };

        /// <inheritdoc/>
        public static L Kink<L>(Atan2 rule, L x, L y)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.IfGreater(y, L.Constant(0), L.Constant(0), L.Constant(1)), L.Constant(0));

        /// <inheritdoc/>
        public static L Obstacle<L>(Atan2 rule, L x, L y, L firstMoves, L secondMoves, L smallest)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), near = NearZero.Of(L.Max(L.Abs(x), L.Abs(y)), smallest);
            L first = L.IfEqual(firstMoves, zero, zero, L.IfEqual(y, zero, zero, NearZero.OfSlope(rule.SlopeOfFirst(x, y), smallest)));
            L second = L.IfEqual(secondMoves, zero, zero, L.IfEqual(x, zero, zero, NearZero.OfSlope(rule.SlopeOfSecond(x, y), smallest)));
            return L.IfEqual(near, zero, L.Max(first, second), near);
        }

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L>
        {
            // The smaller magnitude divided by the larger: 1 if both are infinite, 0 if both are 0.
            L zero = L.Constant(0), tall = L.Abs(x), wide = L.Abs(y), larger = L.Max(tall, wide);
            L ratio = L.IfEqual(larger, zero, zero, L.IfEqual(tall, wide, L.Constant(1), L.Min(tall, wide) / larger));
            L angle = L.Atan(ratio), first = L.IfGreater(tall, wide, L.Constant(Math.PI / 2) - angle, angle);
            L upper = IfNegative(y, L.Constant(Math.PI) - first, first);
            return IfNegative(x, -upper, upper);
        }

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => ShareOfSquare(y, x);

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => -ShareOfSquare(x, y);

        // a/(a² + b²). Both are scaled by the larger one, so that the squares neither overflow nor underflow. Far from the origin the slope is 0.
        private static L ShareOfSquare<L>(L a, L b)
            where L : struct, ILane<L>
        {
            L unit = L.Max(L.Abs(a), L.Abs(b)), share = a / unit, other = b / unit;
            return L.IfEqual(unit, L.Constant(double.PositiveInfinity), L.Constant(0), share / ((share * share) + (other * other)) / unit);
        }

        // The sign of a zero matters: it tells on which side of the branch cut a point lies.
        private static L IfNegative<L>(L x, L then, L otherwise)
            where L : struct, ILane<L> => L.IfGreater(L.Constant(0), L.IfEqual(x, L.Constant(0), L.Constant(1) / x, x), then, otherwise);
    }
}

namespace ConservativeAD
{
    /// <content>atan2.</content>
    public static partial class Operations
    {
        /// <summary>The angle of the point (x, y) with the first axis, elementwise, in radians; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="y">The ordinate.</param>
        /// <param name="x">The abscissa.</param>
        public static Var<T> Atan2<T>(this Var<T> y, Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => y.Tape.Record(new BinaryOperation<T, Atan2>(default), y, x);
    }
}
