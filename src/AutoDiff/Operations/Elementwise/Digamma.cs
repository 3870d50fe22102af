using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The digamma function ψ, the derivative of log |Γ|, with poles at 0, −1, −2 and so on.</summary>
    public readonly struct Digamma : IUnaryRule<Digamma>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("digamma", TameClass.NotTame)
        {
            IsUnboundedOnBoundedSets = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Obstacle<L>(Digamma rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => GammaFunctions.Digamma(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => GammaFunctions.Trigamma(x);
    }
}

namespace ConservativeAD
{
    /// <content>digamma.</content>
    public static partial class Operations
    {
        /// <summary>The derivative of log |Γ(x)|, elementwise; −∞ at 0, NaN at −1, −2 and so on.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Digamma<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Digamma>(default));
    }
}
