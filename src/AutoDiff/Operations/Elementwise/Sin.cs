using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The sine. Tame only where its argument is bounded.</summary>
    public readonly struct Sin : IUnaryRule<Sin>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sin", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Sin(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Cos(x);
    }
}

namespace ConservativeAD
{
    /// <content>sin.</content>
    public static partial class Operations
    {
        /// <summary>The sine of angles in radians, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Sin<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Sin>(default));
    }
}
