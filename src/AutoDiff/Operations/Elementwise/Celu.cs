using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x for x > 0, otherwise α(e^(x/α) − 1) (Barron, 2017). It is C¹.</summary>
    /// <param name="alpha">α, above 0.</param>
    public readonly struct Celu(double alpha) : IUnaryRule<Celu>
    {
        private readonly double alpha = alpha;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("celu", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), x, L.Broadcast(alpha) * Lane.ExpM1(x / L.Broadcast(alpha)));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), L.Constant(1), ExpOfQuotient(x, L.Broadcast(alpha)));

        // The quotient is rounded, which a large exponent magnifies; what is missing is small, and corrects the power.
        private static L ExpOfQuotient<L>(L x, L divisor)
            where L : struct, ILane<L>
        {
            L quotient = x / divisor, missing = L.MultiplyAdd(-quotient, divisor, x) / divisor, power = L.Exp(quotient);
            return L.IfGreater(power, L.Constant(0), L.MultiplyAdd(power, missing, power), power);
        }
    }
}

namespace ConservativeAD
{
    /// <content>celu.</content>
    public static partial class Operations
    {
        /// <summary>x for x > 0, otherwise α(e^(x/α) − 1), elementwise: the variant of elu that is C¹ for every α.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="alpha">α, above 0; the value approaches −α far below 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">α is not a finite number above 0.</exception>
        public static Var<T> Celu<T>(this Var<T> x, double alpha = 1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Celu>(new Celu(PositiveNumber.Check("celu", alpha))));
    }
}
