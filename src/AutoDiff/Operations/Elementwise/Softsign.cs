using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x/(1 + |x|).</summary>
    public readonly struct Softsign : IUnaryRule<Softsign>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("softsign", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Monotonicity = Monotonicity.Increasing,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L size = L.Abs(x);
            return L.IfEqual(size, L.Constant(double.PositiveInfinity), Lane.Sign(x), x / (L.Constant(1) + size));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L share = L.Constant(1) / (L.Constant(1) + L.Abs(x));
            return share * share;
        }
    }
}

namespace ConservativeAD
{
    /// <content>softsign.</content>
    public static partial class Operations
    {
        /// <summary>x/(1 + |x|), elementwise; ±1 at ±∞.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Softsign<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Softsign>(default));
    }
}
