using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The sine of π·x.</summary>
    public readonly struct SinPi : IUnaryRule<SinPi>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sinPi", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => HalfTurns.Sin(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(Math.PI) * HalfTurns.Cos(x);
    }
}

namespace ConservativeAD
{
    /// <content>sinPi.</content>
    public static partial class Operations
    {
        /// <summary>The sine of π·x, elementwise, with x in half turns.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> SinPi<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, SinPi>(default));
    }
}
