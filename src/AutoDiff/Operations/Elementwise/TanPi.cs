using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The tangent of π·x.</summary>
    public readonly struct TanPi : IUnaryRule<TanPi>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("tanPi", TameClass.NotTame)
        {
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsUnboundedOnBoundedSets = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => HalfTurns.Sin(x) / HalfTurns.Cos(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(Math.PI) * (L.Constant(1) + (value * value));
    }
}

namespace ConservativeAD
{
    /// <content>tanPi.</content>
    public static partial class Operations
    {
        /// <summary>The tangent of π·x, elementwise, with x in half turns.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> TanPi<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, TanPi>(default));
    }
}
