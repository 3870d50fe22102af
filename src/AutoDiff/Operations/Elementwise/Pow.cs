using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>xᵖ for a number p. If p is below 1, it is not locally Lipschitz at 0; for negative x it is NaN unless p is an integer.</summary>
    /// <param name="exponent">p.</param>
    public readonly struct Pow(double exponent) : IUnaryRule<Pow>, IHasFacts
    {
        // Every floating-point number is a fraction, and a power with a fractional exponent is semi-algebraic.
        private static readonly OperationFacts OfWhole = new("pow", TameClass.Polynomial);
        private static readonly OperationFacts OfEven = OfWhole with { Curvature = Curvature.Convex };
        private static readonly OperationFacts OfOne = OfWhole with { Curvature = Curvature.Affine, Monotonicity = Monotonicity.Increasing };
        private static readonly OperationFacts AboveOne = new("pow", TameClass.SemiAlgebraic);
        private static readonly OperationFacts BelowZero = new("pow", TameClass.SemiAlgebraic) { IsUnboundedOnBoundedSets = true };
        private readonly double exponent = exponent;
        private readonly int isWhole = double.IsInteger(exponent) ? 1 : 0;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("pow", TameClass.SemiAlgebraic) { IsLocallyLipschitz = false, IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public OperationFacts FactsHere => exponent < 0 ? BelowZero
            : isWhole != 0 ? (exponent == 1 ? OfOne : double.IsEvenInteger(exponent) ? OfEven : OfWhole)
            : exponent > 1 ? AboveOne : Facts;

        /// <inheritdoc/>
        public static L Kink<L>(Pow rule, L x)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), one = L.Constant(1), p = L.Broadcast(rule.exponent);
            return L.IfEqual(p, zero, zero, L.IfGreater(one, p, L.IfEqual(x, zero, one, zero), zero));
        }

        /// <inheritdoc/>
        public static L Obstacle<L>(Pow rule, L x, L smallest)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            L near = NearZero.Of(x, smallest), underflow = NearZero.OfSlope(rule.Slope(x, x), smallest);
            L offZero = L.IfEqual(x, zero, L.Constant((double)ObstacleKind.OutsideDomain), L.IfEqual(near, zero, underflow, near));
            return rule.isWhole != 0 && rule.exponent >= 0 ? zero : offZero;
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Pow(x, L.Broadcast(exponent));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> =>
                exponent == 0 ? L.Constant(0) : L.Broadcast(exponent) * Power.OneLess(x, L.Broadcast(exponent), L.Broadcast(exponent - 1));
    }
}

namespace ConservativeAD
{
    /// <content>pow.</content>
    public static partial class Operations
    {
        /// <summary>xᵖ, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="exponent">p.</param>
        public static Var<T> Pow<T>(this Var<T> x, double exponent)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Pow>(new Pow(exponent)));
    }
}
