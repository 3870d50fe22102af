using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The cosine of π·x.</summary>
    public readonly struct CosPi : IUnaryRule<CosPi>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cosPi", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => HalfTurns.Cos(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(-Math.PI) * HalfTurns.Sin(x);
    }
}

namespace ConservativeAD
{
    /// <content>cosPi.</content>
    public static partial class Operations
    {
        /// <summary>The cosine of π·x, elementwise, with x in half turns.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> CosPi<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, CosPi>(default));
    }
}
