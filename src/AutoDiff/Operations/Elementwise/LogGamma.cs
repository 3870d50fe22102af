using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>log |Γ(x)|, the logarithm of the gamma function, with poles at 0, −1, −2 and so on.</summary>
    public readonly struct LogGamma : IUnaryRule<LogGamma>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log-gamma", TameClass.NotTame)
        {
            IsUnboundedOnBoundedSets = true,
            OnBoundedSets = TameClass.LogExp,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Obstacle<L>(LogGamma rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => GammaFunctions.Logarithm(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => GammaFunctions.Digamma(x);
    }
}

namespace ConservativeAD
{
    /// <content>log-gamma.</content>
    public static partial class Operations
    {
        /// <summary>log |Γ(x)|, elementwise; ∞ at the poles 0, −1, −2 and so on. log n! is the value at n + 1.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> LogGamma<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LogGamma>(default));
    }
}
