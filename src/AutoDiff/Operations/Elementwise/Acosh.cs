using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The inverse hyperbolic cosine.</summary>
    public readonly struct Acosh : IUnaryRule<Acosh>
    {
        // From here on x² + 1 rounds to x².
        private const double Large = 1e8;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("acosh", TameClass.LogExp)
        {
            IsLocallyLipschitz = false,
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Kink<L>(Acosh rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(1), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L one = L.Constant(1), beyond = x - one;
            L near = Lane.LogP1(beyond + (L.Sqrt(beyond) * L.Sqrt(x + one)));
            return L.IfGreater(x, L.Constant(Large), L.Log(x) + L.Constant(0.69314718055994530942), near);
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // Taking two roots avoids overflow.
            L one = L.Constant(1);
            return one / (L.Sqrt(x - one) * L.Sqrt(x + one));
        }
    }
}

namespace ConservativeAD
{
    /// <content>acosh.</content>
    public static partial class Operations
    {
        /// <summary>The inverse hyperbolic cosine, elementwise; NaN below 1.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Acosh<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Acosh>(default));
    }
}
