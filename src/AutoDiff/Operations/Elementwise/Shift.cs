using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x + c for a number c.</summary>
    /// <param name="summand">c.</param>
    public readonly struct Shift(double summand) : IUnaryRule<Shift>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("shift", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => x + L.Broadcast(summand);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1);
    }
}

namespace ConservativeAD
{
    /// <content>shift.</content>
    public static partial class Operations
    {
        /// <summary>x + c, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="summand">c.</param>
        public static Var<T> Shift<T>(this Var<T> x, double summand)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Shift>(new Shift(summand)));
    }
}
