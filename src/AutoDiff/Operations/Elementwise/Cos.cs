using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The cosine. Tame only where its argument is bounded.</summary>
    public readonly struct Cos : IUnaryRule<Cos>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cos", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Cos(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => -L.Sin(x);
    }
}

namespace ConservativeAD
{
    /// <content>cos.</content>
    public static partial class Operations
    {
        /// <summary>The cosine of angles in radians, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Cos<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Cos>(default));
    }
}
