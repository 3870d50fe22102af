using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The inverse hyperbolic tangent.</summary>
    public readonly struct Atanh : IUnaryRule<Atanh>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("atanh", TameClass.LogExp)
        {
            Monotonicity = Monotonicity.Increasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L size = L.Abs(x);
            L value = L.Constant(0.5) * Lane.LogP1((size + size) / (L.Constant(1) - size));
            return Lane.WithSignOf(x, value);
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1) / ((L.Constant(1) - x) * (L.Constant(1) + x));
    }
}

namespace ConservativeAD
{
    /// <content>atanh.</content>
    public static partial class Operations
    {
        /// <summary>The inverse hyperbolic tangent, elementwise; ±∞ at ±1, NaN beyond.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Atanh<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Atanh>(default));
    }
}
