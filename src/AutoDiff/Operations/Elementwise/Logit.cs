using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>log(x/(1 − x)), the inverse of the sigmoid, for x between 0 and 1.</summary>
    public readonly struct Logit : IUnaryRule<Logit>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("logit", TameClass.LogExp)
        {
            Monotonicity = Monotonicity.Increasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            // In the middle both differences are exact and the logarithm is that of a number near 1.
            L half = L.Constant(0.5), rest = L.Constant(1) - x, fromHalf = x - half;
            return L.IfGreater(L.Constant(0.25), L.Abs(fromHalf), Lane.LogP1((fromHalf + fromHalf) / rest), L.Log(x / rest));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / (x * (L.Constant(1) - x));
    }
}

namespace ConservativeAD
{
    /// <content>logit.</content>
    public static partial class Operations
    {
        /// <summary>log(x/(1 − x)), elementwise: the inverse of the sigmoid; −∞ at 0, ∞ at 1, NaN outside.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Logit<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Logit>(default));
    }
}
