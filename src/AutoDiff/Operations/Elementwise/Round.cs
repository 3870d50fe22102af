using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The nearest integer, and the even one of two that are equally near. It is discontinuous half-way between integers, where it has no conservative
    /// field; its slope is 0 everywhere.</summary>
    public readonly struct Round : IUnaryRule<Round>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("round", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.SemiAlgebraic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Kink<L>(Round rule, L x)
            where L : struct, ILane<L>
        {
            L size = L.Abs(x);
            return L.IfEqual(size - L.Floor(size), L.Constant(0.5), L.Constant(1), L.Constant(0));
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            // The part behind the point is exact; numbers too large to have one are integers.
            L size = L.Abs(x), whole = L.Floor(size), rest = size - whole, half = L.Constant(0.5), pairs = half * whole, next = whole + L.Constant(1);
            L even = L.IfEqual(L.Floor(pairs), pairs, whole, next);
            return Lane.WithSignOf(x, L.IfGreater(rest, half, next, L.IfEqual(rest, half, even, whole)));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(0);
    }
}

namespace ConservativeAD
{
    /// <content>round.</content>
    public static partial class Operations
    {
        /// <summary>The nearest integer, and the even one of two that are equally near, elementwise. Discontinuous; its gradient is 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Round<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Round>(default));
    }
}
