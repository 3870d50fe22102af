using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x².</summary>
    public readonly struct Square : IUnaryRule<Square>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("square", TameClass.Polynomial) { HasFiniteSlopes = true, Curvature = Curvature.Convex };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => x * x;

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(2) * x;
    }
}

namespace ConservativeAD
{
    /// <content>square.</content>
    public static partial class Operations
    {
        /// <summary>x², elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Square<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Square>(default));
    }
}
