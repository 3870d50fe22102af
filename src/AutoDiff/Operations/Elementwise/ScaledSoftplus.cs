using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>log(1 + e^(βx))/β, without overflow.</summary>
    /// <param name="beta">β, above 0.</param>
    public readonly struct ScaledSoftplus(double beta) : IUnaryRule<ScaledSoftplus>
    {
        private readonly double beta = beta;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("scaled softplus", TameClass.LogExp)
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
            where L : struct, ILane<L> => L.Max(x, L.Constant(0)) + (Lane.LogP1(Power(x)) / L.Broadcast(beta));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L one = L.Constant(1), power = Power(x), upper = one / (one + power);
            return L.IfGreater(L.Constant(0), x, power * upper, upper);
        }

        // e^(−β|x|). The product is rounded, which a large exponent magnifies; what is missing is small, and corrects the power.
        private L Power<L>(L x)
            where L : struct, ILane<L>
        {
            L factor = L.Broadcast(-beta), size = L.Abs(x), product = factor * size, missing = L.MultiplyAdd(factor, size, -product), power = L.Exp(product);
            return L.IfGreater(power, L.Constant(0), L.MultiplyAdd(power, missing, power), power);
        }
    }
}

namespace ConservativeAD
{
    /// <content>softplus with a scale.</content>
    public static partial class Operations
    {
        /// <summary>log(1 + e^(βx))/β, elementwise: the larger β is, the closer to a relu.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="beta">β, above 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">β is not a finite number above 0.</exception>
        public static Var<T> Softplus<T>(this Var<T> x, double beta)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            x.Apply(new UnaryOperation<T, ScaledSoftplus>(new ScaledSoftplus(PositiveNumber.Check("softplus", beta))));
    }
}
