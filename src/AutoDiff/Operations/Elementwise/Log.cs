using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The natural logarithm, for x > 0.</summary>
    public readonly struct Log : IUnaryRule<Log>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log", TameClass.LogExp)
        {
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Obstacle<L>(Log rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Log(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / x;
    }
}

namespace ConservativeAD
{
    /// <content>log.</content>
    public static partial class Operations
    {
        /// <summary>The natural logarithm, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Log<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Log>(default));
    }
}
