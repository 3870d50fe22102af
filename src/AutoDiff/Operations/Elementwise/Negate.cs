using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>−x.</summary>
    public readonly struct Negate : IUnaryRule<Negate>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("negate", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Decreasing
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => -x;

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(-1);
    }
}

namespace ConservativeAD
{
    /// <content>negate.</content>
    public static partial class Operations
    {
        /// <summary>−x, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Negate<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Negate>(default));
    }
}
