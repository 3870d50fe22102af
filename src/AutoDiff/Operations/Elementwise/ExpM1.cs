using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>eˣ − 1, accurate near 0.</summary>
    public readonly struct ExpM1 : IUnaryRule<ExpM1>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("expm1", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.ExpM1(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Exp(x);
    }
}

namespace ConservativeAD
{
    /// <content>expm1.</content>
    public static partial class Operations
    {
        /// <summary>eˣ − 1, elementwise, accurate near 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> ExpM1<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, ExpM1>(default));
    }
}
