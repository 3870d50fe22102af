using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x − n·y for the integer n that x/y has before its point: the remainder of a division that truncates. It jumps where the quotient is an integer other
    /// than 0, where it has no conservative field.
    /// </summary>
    public readonly struct Remainder : IBinaryRule<Remainder>
    {
        // Each takes as many bits off the quotient as the number type has.
        private const int Steps = 3;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("remainder", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
        };

        /// <inheritdoc/>
        public static L Kink<L>(Remainder rule, L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfEqual(x, zero, zero, L.IfEqual(rule.Value(x, y), zero, L.Constant(1), zero));
        }

        /// <inheritdoc/>
        public static L Obstacle<L>(Remainder rule, L x, L y, L firstMoves, L secondMoves, L smallest)
            where L : struct, ILane<L> => L.IfEqual(secondMoves, L.Constant(0), L.Constant(0), NearZero.Of(y, smallest));

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L>
        {
            // The rounded quotient times y is subtracted without rounding, and what remains is a multiple of the last digit of both. A quotient that is too
            // large by one leaves a negative rest.
            L zero = L.Constant(0), divisor = L.Abs(y), rest = L.Abs(x);
            for (int step = 0; step < Steps; step++)
                rest = L.MultiplyAdd(-L.Floor(rest / divisor), divisor, rest);
            rest = L.IfGreater(zero, rest, rest + divisor, rest);
            rest = L.IfGreater(divisor, rest, rest, rest - divisor);

            // Every step is exact, so that what is between 0 and the divisor is the remainder. Nothing else is after too few steps.
            L nan = L.Constant(double.NaN);
            rest = L.IfGreater(divisor, rest, L.IfGreater(zero, rest, nan, rest), nan);
            L ofFinite = L.IfEqual(divisor, L.Constant(double.PositiveInfinity), L.IfGreater(divisor, L.Abs(x), L.Abs(x), rest), rest);
            return Lane.UnlessNaN(ofFinite, Lane.WithSignOf(x, ofFinite));
        }

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(1);

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L>
        {
            // The quotient is an integer up to rounding; with an infinite divisor it is 0.
            L quotient = (x - Value(x, y)) / y, size = L.Floor(L.Abs(quotient) + L.Constant(0.5));
            return -Lane.WithSignOf(quotient, size);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Remainders.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The remainder of x/y, elementwise, exact and with the sign of x, as of C#'s % and PyTorch's fmod; the shapes broadcast. Discontinuous where the
        /// quotient is an integer other than 0. NaN where y is 0, x is infinite, or the quotient has more than three times the digits of the number type.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The dividend.</param>
        /// <param name="y">The divisor.</param>
        public static Var<T> Remainder<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, Remainder>(default), x, y);
    }
}
