using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x where |x| > λ, 0 elsewhere: the proximal operator of λ²/2 times the number of nonzero elements. It jumps at ±λ, where it has no conservative field.
    /// </summary>
    /// <param name="threshold">λ, above 0.</param>
    public readonly struct HardShrink(double threshold) : IUnaryRule<HardShrink>
    {
        private readonly double threshold = threshold;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("hard shrink", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Kink<L>(HardShrink rule, L x)
            where L : struct, ILane<L> => L.IfEqual(L.Abs(x), L.Broadcast(rule.threshold), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.UnlessNaN(x, L.IfGreater(L.Abs(x), L.Broadcast(threshold), x, L.Constant(0)));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => Lane.UnlessNaN(x, L.IfGreater(L.Abs(x), L.Broadcast(threshold), L.Constant(1), L.Constant(0)));
    }
}

namespace ConservativeAD
{
    /// <content>hard shrink.</content>
    public static partial class Operations
    {
        /// <summary>x where |x| > λ, 0 elsewhere. Discontinuous at ±λ, where value and gradient are 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="threshold">λ, above 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">λ is not a finite number above 0.</exception>
        public static Var<T> HardShrink<T>(this Var<T> x, double threshold = 0.5)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            x.Apply(new UnaryOperation<T, HardShrink>(new HardShrink(ElementType.Round<T>(PositiveNumber.Check("hard shrink", threshold)))));
    }
}
