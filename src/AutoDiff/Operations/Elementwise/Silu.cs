using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x/(1 + e⁻ˣ), also called swish.</summary>
    public readonly struct Silu : IUnaryRule<Silu>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("silu", TameClass.LogExp)
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
            // x·sigmoid(x) with e^(−|x|) split into two factors, so that it does not lose precision before x makes it larger.
            L zero = L.Constant(0), one = L.Constant(1), y = Lane.AtLeast(x, L.Constant(-2000)), root = L.Exp(L.Constant(-0.5) * L.Abs(y)),
                upper = one / (one + (root * root));
            return L.IfGreater(zero, y, (y * root) * (root * upper), y * upper);
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // Beyond 1000 the slope is 0 or 1 in every digit; the bound avoids the product of infinity and 0.
            L s = Lane.Sigmoid(x), y = Lane.OfSizeUpTo(x, L.Constant(1000));
            return s * (L.Constant(1) + (y * (L.Constant(1) - s)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>silu.</content>
    public static partial class Operations
    {
        /// <summary>x/(1 + e⁻ˣ), elementwise; also called swish.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Silu<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Silu>(default));
    }
}
