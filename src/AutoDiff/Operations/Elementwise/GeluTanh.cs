using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The approximation ½x(1 + tanh(√(2/π)(x + 0.044715x³))) of gelu.</summary>
    public readonly struct GeluTanh : IUnaryRule<GeluTanh>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("gelu (tanh)", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L inner = L.Constant(0.79788456080286535588) * (x + (L.Constant(0.044715) * (x * x * x)));
            return L.Constant(0.5) * Lane.AtLeast(x, L.Constant(-1000)) * (L.Constant(1) + L.Tanh(inner));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // Beyond 60 the slope is 0 or 1 in every digit; the bound avoids the product of infinity and 0.
            L y = Lane.OfSizeUpTo(x, L.Constant(60)), square = y * y;
            L t = L.Tanh(L.Constant(0.79788456080286535588) * (y + (L.Constant(0.044715) * (y * square))));
            L innerSlope = L.Constant(0.79788456080286535588) * (L.Constant(1) + (L.Constant(3 * 0.044715) * square));
            return (L.Constant(0.5) * (L.Constant(1) + t)) + (L.Constant(0.5) * y * (L.Constant(1) - (t * t)) * innerSlope);
        }
    }
}

namespace ConservativeAD
{
    /// <content>gelu (tanh).</content>
    public static partial class Operations
    {
        /// <summary>The tanh approximation of gelu, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> GeluTanh<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, GeluTanh>(default));
    }
}
