using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x − y.</summary>
    public readonly struct Subtract : IBinaryRule<Subtract>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("subtract", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Difference
        };

        /// <inheritdoc/>
        public static ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Difference;

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => x - y;

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(1);

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => L.Constant(-1);
    }
}

namespace ConservativeAD
{
    /// <content>Subtraction.</content>
    public readonly partial struct Var<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>x - y, elementwise; the shapes broadcast.</summary>
        /// <param name="x">The minuend.</param>
        /// <param name="y">The subtrahend.</param>
        public static Var<T> operator -(Var<T> x, Var<T> y) => x.Tape.Record(new BinaryOperation<T, Subtract>(default), x, y);
    }
}
