using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x·y.</summary>
    public readonly struct Multiply : IBinaryRule<Multiply>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("multiply", TameClass.Polynomial) { HasFiniteSlopes = true, Curvature = Curvature.Product };

        /// <inheritdoc/>
        public static ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Product;

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => x * y;

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => y;

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => x;
    }
}

namespace ConservativeAD
{
    /// <content>Multiplication.</content>
    public readonly partial struct Var<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>x * y, elementwise; the shapes broadcast.</summary>
        /// <param name="x">The factor.</param>
        /// <param name="y">The factor.</param>
        public static Var<T> operator *(Var<T> x, Var<T> y) => x.Tape.Record(new BinaryOperation<T, Multiply>(default), x, y);
    }
}
