using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The part of x behind the point, with the sign of x: x minus x truncated. It jumps at integers other than 0; its slope is 1 everywhere.
    /// </summary>
    public readonly struct Fraction : IUnaryRule<Fraction>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("fraction", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
            IsBounded = true,
            OnBoundedSets = TameClass.SemiAlgebraic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Kink<L>(Fraction rule, L x)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfEqual(x, L.Floor(x), L.IfEqual(x, zero, zero, L.Constant(1)), zero);
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => x - Truncate.Of(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(1);
    }
}

namespace ConservativeAD
{
    /// <content>fraction.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The part of the argument behind the point, with its sign, elementwise; NaN at ±∞. Discontinuous at integers other than 0; its gradient is 1.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Fraction<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Fraction>(default));
    }
}
