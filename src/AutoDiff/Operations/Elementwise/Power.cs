using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>xʸ, for x > 0. Not locally Lipschitz at x = 0 in general.</summary>
    public readonly struct Power : IBinaryRule<Power>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("power", TameClass.LogExp) { IsLocallyLipschitz = false, IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public static L Kink<L>(Power rule, L x, L y)
            where L : struct, ILane<L> =>
            L.IfEqual(x, L.Constant(0), L.IfGreater(L.Constant(1), y, L.Constant(1), L.Constant(0)), L.Constant(0));

        // xʸ is defined around a point if x is above 0, or if y is a constant nonnegative integer.
        /// <inheritdoc/>
        public static L Obstacle<L>(Power rule, L x, L y, L firstMoves, L secondMoves, L smallest)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), edge = L.Constant((double)ObstacleKind.OutsideDomain);
            L isPolynomial = L.IfEqual(y, L.Floor(y), L.IfGreater(zero, y, zero, L.Constant(1)), zero);
            L near = NearZero.Of(x, smallest), underflow = NearZero.OfSlope(rule.SlopeOfFirst(x, y), smallest);
            L offZero = L.IfEqual(x, zero, edge, L.IfEqual(near, zero, underflow, near));
            L ofBase = L.IfEqual(isPolynomial, zero, offZero, zero);
            L ofExponent = L.IfGreater(x, zero, NearZero.Of(x, smallest), L.IfEqual(x, zero, L.IfGreater(y, zero, zero, edge), edge));
            L ofBoth = L.IfGreater(x, zero, NearZero.Of(x, smallest), edge);
            return L.IfEqual(secondMoves, zero, ofBase, L.IfEqual(firstMoves, zero, ofExponent, ofBoth));
        }

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => L.Pow(x, y);

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> =>
            SlopeOfBase(OneLess(x, y, y - L.Constant(1)), y);

        /// <summary>x to the power y − 1. If y is so large that y − 1 rounds to y, the power's parity would be lost, so xʸ/x is used.</summary>
        internal static L OneLess<L>(L x, L y, L less)
            where L : struct, ILane<L>
        {
            L power = L.Pow(x, less);
            return L.IfEqual(y, less, L.IfEqual(x, L.Constant(0), power, power / x), power);
        }

        // If the power is 0 it stays 0, even times an infinite exponent.
        private static L SlopeOfBase<L>(L power, L y)
            where L : struct, ILane<L> =>
                L.IfEqual(y, L.Constant(0), L.Constant(0),
                    L.IfEqual(y - y, L.Constant(0), y * power, L.IfEqual(power, L.Constant(0), L.Constant(0), y * power)));

        // At x = 0 the logarithm is infinite, but xʸ = 0 for all y near a positive number, so the slope there is 0.
        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), value = L.Pow(x, y);
            return L.IfEqual(x, zero, Lane.UnlessNaN(y, zero), value * L.IfEqual(value, zero, zero, L.Log(x)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Powers.</content>
    public static partial class Operations
    {
        /// <summary>xʸ, elementwise; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The base, above 0.</param>
        /// <param name="y">The exponent.</param>
        public static Var<T> Power<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, Power>(default), x, y);
    }
}
