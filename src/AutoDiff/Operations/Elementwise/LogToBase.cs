using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The logarithm to a constant base.</summary>
    /// <param name="b">The base, above 1.</param>
    public readonly struct LogToBase(double b) : IUnaryRule<LogToBase>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("log to a base", TameClass.LogExp)
        {
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Obstacle<L>(LogToBase rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Log(x) / L.Log(L.Broadcast(b));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / L.Log(L.Broadcast(b)) / x;
    }
}

namespace ConservativeAD
{
    /// <content>Logarithm to base 2.</content>
    public static partial class Operations
    {
        /// <summary>The logarithm to base 2, elementwise; −∞ at 0, NaN below.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Log2<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LogToBase>(new LogToBase(2)));
    }

    /// <content>Logarithm to base 10.</content>
    public static partial class Operations
    {
        /// <summary>The logarithm to base 10, elementwise; −∞ at 0, NaN below.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Log10<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LogToBase>(new LogToBase(10)));
    }
}
