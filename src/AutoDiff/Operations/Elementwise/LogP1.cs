using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>log(1 + x), accurate near 0, for x > −1.</summary>
    public readonly struct LogP1 : IUnaryRule<LogP1>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log1p", TameClass.LogExp)
        {
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.LogP1(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / (L.Constant(1) + x);
    }
}

namespace ConservativeAD
{
    /// <content>log1p.</content>
    public static partial class Operations
    {
        /// <summary>log(1 + x), elementwise, accurate near 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> LogP1<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LogP1>(default));
    }
}
