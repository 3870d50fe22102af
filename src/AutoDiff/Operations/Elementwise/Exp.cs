using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>eˣ.</summary>
    public readonly struct Exp : IUnaryRule<Exp>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("exp", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Exp(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => value;
    }
}

namespace ConservativeAD
{
    /// <content>exp.</content>
    public static partial class Operations
    {
        /// <summary>eˣ, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Exp<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Exp>(default));
    }
}
