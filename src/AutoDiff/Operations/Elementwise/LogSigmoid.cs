using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>log(1/(1 + e⁻ˣ)), without overflow.</summary>
    public readonly struct LogSigmoid : IUnaryRule<LogSigmoid>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log-sigmoid", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Min(x, L.Constant(0)) - Lane.LogP1(L.Exp(-L.Abs(x)));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => Lane.Sigmoid(-x);
    }
}

namespace ConservativeAD
{
    /// <content>log-sigmoid.</content>
    public static partial class Operations
    {
        /// <summary>log(1/(1 + e⁻ˣ)), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> LogSigmoid<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LogSigmoid>(default));
    }
}
