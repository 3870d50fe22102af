using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>∛x. Not locally Lipschitz at 0.</summary>
    public readonly struct Cbrt : IUnaryRule<Cbrt>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cube root", TameClass.SemiAlgebraic)
        {
            IsLocallyLipschitz = false,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public static L Kink<L>(Cbrt rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L Obstacle<L>(Cbrt rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L size = L.Abs(x), root = L.Pow(size, L.Constant(1.0 / 3));

            // One Newton step removes the rounding error of the power; at 0 and ∞ there is nothing to correct.
            root -= (root - (size / (root * root))) / L.Constant(3);
            return Lane.WithSignOf(x, L.IfEqual(size, L.Constant(double.PositiveInfinity), size, root));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / (L.Constant(3) * value * value);
    }
}

namespace ConservativeAD
{
    /// <content>cube root.</content>
    public static partial class Operations
    {
        /// <summary>∛x, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Cbrt<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Cbrt>(default));
    }
}
