using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>log(eˣ + eʸ), without overflow.</summary>
    public readonly struct LogAddExp : IBinaryRule<LogAddExp>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("logaddexp", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => L.Max(x, y) + Lane.LogP1(L.Exp(-L.Abs(Difference(x, y))));

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => Lane.Sigmoid(Difference(x, y));

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => Lane.Sigmoid(Difference(y, x));

        // 0 for two equal infinities too.
        private static L Difference<L>(L x, L y)
            where L : struct, ILane<L> => L.IfEqual(x, y, L.Constant(0), x - y);
    }
}

namespace ConservativeAD
{
    /// <content>logaddexp.</content>
    public static partial class Operations
    {
        /// <summary>log(eˣ + eʸ), elementwise, without overflow; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The first argument.</param>
        /// <param name="y">The second.</param>
        public static Var<T> LogAddExp<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, LogAddExp>(default), x, y);
    }
}
