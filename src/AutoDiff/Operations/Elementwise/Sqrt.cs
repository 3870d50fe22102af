using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>√x, for x ≥ 0. Not locally Lipschitz at 0, where the slope is infinite.</summary>
    public readonly struct Sqrt : IUnaryRule<Sqrt>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sqrt", TameClass.SemiAlgebraic)
        {
            IsLocallyLipschitz = false,
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public static L Kink<L>(Sqrt rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L Obstacle<L>(Sqrt rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Sqrt(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(0.5) / value;
    }
}

namespace ConservativeAD
{
    /// <content>sqrt.</content>
    public static partial class Operations
    {
        /// <summary>√x, elementwise; NaN below 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Sqrt<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Sqrt>(default));
    }
}
