using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>asinh(x).</summary>
    public readonly struct Asinh : IUnaryRule<Asinh>
    {
        // From here on x² + 1 rounds to x², and larger squares may overflow.
        private const double Large = 1e8;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("asinh", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L one = L.Constant(1), size = L.Abs(x), square = size * size;
            L near = Lane.LogP1(size + (square / (one + L.Sqrt(one + square))));
            return Lane.WithSignOf(x, L.IfGreater(size, L.Constant(Large), L.Log(size) + L.Constant(0.69314718055994530942), near));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L one = L.Constant(1), size = L.Abs(x);
            return L.IfGreater(size, L.Constant(Large), one / size, one / L.Sqrt(one + (x * x)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>asinh.</content>
    public static partial class Operations
    {
        /// <summary>The inverse hyperbolic sine, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Asinh<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Asinh>(default));
    }
}
