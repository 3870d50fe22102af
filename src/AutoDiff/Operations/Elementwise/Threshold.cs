using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x where it is above a threshold, otherwise a given number. It jumps at the threshold, where it has no conservative field.</summary>
    /// <param name="threshold">The threshold.</param>
    /// <param name="below">The number taken at the threshold and below; not the threshold itself.</param>
    public readonly struct Threshold(double threshold, double below) : IUnaryRule<Threshold>, IHasCurvature
    {
        private readonly double threshold = threshold;
        private readonly double below = below;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("threshold", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public Curvature Curvature => Curvature.Unknown;

        /// <inheritdoc/>
        public Monotonicity Monotonicity => below <= threshold ? Monotonicity.Increasing : Monotonicity.Unknown;

        /// <inheritdoc/>
        public static L Kink<L>(Threshold rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Broadcast(rule.threshold), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.UnlessNaN(x, L.IfGreater(x, L.Broadcast(threshold), x, L.Broadcast(below)));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => Lane.UnlessNaN(x, L.IfGreater(x, L.Broadcast(threshold), L.Constant(1), L.Constant(0)));
    }
}

namespace ConservativeAD
{
    /// <content>threshold.</content>
    public static partial class Operations
    {
        /// <summary>
        /// x where it is above a threshold, otherwise a given number, elementwise. If the number is the threshold, this is the larger of x and the threshold,
        /// whose kink has slope 0; otherwise it is discontinuous.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="threshold">The threshold, finite.</param>
        /// <param name="below">The number taken at the threshold and below, finite.</param>
        /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
        public static Var<T> Threshold<T>(this Var<T> x, double threshold, double below)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (!double.IsFinite(threshold))
                throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "threshold: the threshold must be finite.");
            if (!double.IsFinite(below))
                throw new ArgumentOutOfRangeException(nameof(below), below, "threshold: the number taken below the threshold must be finite.");
            double edge = ElementType.Round<T>(threshold), number = ElementType.Round<T>(below);
            return edge == number
                ? x.Clamp(edge, double.PositiveInfinity, BoundSelection.Both(0))
                : x.Apply(new UnaryOperation<T, Threshold>(new Threshold(edge, number)));
        }
    }
}
