using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The tangent, away from its poles. Tame only where its argument is bounded.</summary>
    public readonly struct Tan : IUnaryRule<Tan>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("tan", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsUnboundedOnBoundedSets = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Tan(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) + (value * value);
    }
}

namespace ConservativeAD
{
    /// <content>tan.</content>
    public static partial class Operations
    {
        /// <summary>The tangent of angles in radians, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Tan<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Tan>(default));
    }
}
