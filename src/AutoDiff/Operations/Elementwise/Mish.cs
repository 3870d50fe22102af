using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x·tanh(log(1 + eˣ)) (Misra, BMVC 2020).</summary>
    public readonly struct Mish : IUnaryRule<Mish>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("mish", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            // With e = e^(−|x|) the hyperbolic tangent is (1 + 2e)/(1 + 2e + 2e²) above 0 and e·(e + 2)/(e² + 2e + 2) below. There e is split into two factors,
            // so that it does not lose precision before x makes it larger.
            L one = L.Constant(1), two = L.Constant(2), y = Lane.AtLeast(x, L.Constant(-2000)), root = L.Exp(L.Constant(-0.5) * L.Abs(y)), e = root * root;
            L above = y * ((one + (two * e)) / (one + (two * (e + (e * e))))), below = (y * root) * (root * ((e + two) / ((e * (e + two)) + two)));
            return L.IfGreater(L.Constant(0), y, below, above);
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // Beyond 1000 the slope is 0 or 1 in every digit; the bound avoids the product of infinity and 0. 1 − tanh² is computed without a difference.
            L one = L.Constant(1), two = L.Constant(2), zero = L.Constant(0), y = Lane.OfSizeUpTo(x, L.Constant(1000)), e = L.Exp(-L.Abs(y)), square = e * e;
            L divisor = L.IfGreater(zero, y, square + (two * e) + two, one + (two * (e + square)));
            L tanh = L.IfGreater(zero, y, e * (e + two), one + (two * e)) / divisor;
            L rest = L.IfGreater(zero, y, two, two * square) / divisor;
            return tanh + (y * (Lane.Sigmoid(y) * (rest * (one + tanh))));
        }
    }
}

namespace ConservativeAD
{
    /// <content>mish.</content>
    public static partial class Operations
    {
        /// <summary>x·tanh(log(1 + eˣ)), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Mish<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Mish>(default));
    }
}
