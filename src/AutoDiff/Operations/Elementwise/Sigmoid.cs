using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>1/(1 + e⁻ˣ).</summary>
    public readonly struct Sigmoid : IUnaryRule<Sigmoid>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sigmoid", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.Sigmoid(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => value * (L.Constant(1) - value);
    }
}

namespace ConservativeAD
{
    /// <content>sigmoid.</content>
    public static partial class Operations
    {
        /// <summary>1/(1 + e⁻ˣ), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Sigmoid<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Sigmoid>(default));
    }
}
