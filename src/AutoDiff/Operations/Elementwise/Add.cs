using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x + y.</summary>
    public readonly struct Add : IBinaryRule<Add>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("add", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public static ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Sum;

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => x + y;

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(1);

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(1);
    }
}

namespace ConservativeAD
{
    /// <content>Addition.</content>
    public readonly partial struct Var<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>x + y, elementwise; the shapes broadcast.</summary>
        /// <param name="x">The first summand.</param>
        /// <param name="y">The second.</param>
        public static Var<T> operator +(Var<T> x, Var<T> y) => x.Tape.Record(new BinaryOperation<T, Add>(default), x, y);
    }
}
