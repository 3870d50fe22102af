using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The hyperbolic tangent.</summary>
    public readonly struct Tanh : IUnaryRule<Tanh>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("tanh", TameClass.LogExp)
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
            where L : struct, ILane<L> => L.Tanh(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => (L.Constant(1) - value) * (L.Constant(1) + value);
    }
}

namespace ConservativeAD
{
    /// <content>tanh.</content>
    public static partial class Operations
    {
        /// <summary>The hyperbolic tangent, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Tanh<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Tanh>(default));
    }
}
