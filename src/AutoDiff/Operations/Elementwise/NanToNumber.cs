using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x, and given numbers in place of NaN, ∞ and −∞, where the slope is 0.</summary>
    /// <param name="nan">The number in place of NaN.</param>
    /// <param name="positive">The number in place of ∞.</param>
    /// <param name="negative">The number in place of −∞.</param>
    public readonly struct NanToNumber(double nan, double positive, double negative) : IUnaryRule<NanToNumber>
    {
        private readonly double nan = nan;
        private readonly double positive = positive;
        private readonly double negative = negative;

        // The identity on finite numbers. It is not declared affine, because the slope depends on the argument.
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("NaN to number", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L infinity = L.Constant(double.PositiveInfinity);
            L number = L.IfEqual(x, infinity, L.Broadcast(positive), L.IfEqual(x, -infinity, L.Broadcast(negative), x));
            return L.IfEqual(x, x, number, L.Broadcast(nan));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.IfGreater(L.Constant(double.PositiveInfinity), L.Abs(x), L.Constant(1), L.Constant(0));
    }
}

namespace ConservativeAD
{
    /// <content>NaN to number.</content>
    public static partial class Operations
    {
        /// <summary>
        /// x, and given numbers in place of NaN, ∞ and −∞, elementwise. The gradient of replaced elements is 0. Nothing is certified where an element is
        /// replaced.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="nan">The number in place of NaN.</param>
        /// <param name="positive">The number in place of ∞; the largest finite one of the element type if null.</param>
        /// <param name="negative">The number in place of −∞; the smallest finite one of the element type if null.</param>
        public static Var<T> NanToNumber<T>(this Var<T> x, double nan = 0, double? positive = null, double? negative = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            double largest = double.CreateTruncating(T.BitDecrement(T.PositiveInfinity));
            return x.Apply(new UnaryOperation<T, NanToNumber>(new NanToNumber(nan, positive ?? largest, negative ?? -largest)));
        }
    }
}
