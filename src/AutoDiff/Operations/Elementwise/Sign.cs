using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>−1, 0 or 1 according to the sign. It is discontinuous at 0, where it has no conservative field; its slope is 0 everywhere.</summary>
    public readonly struct Sign : IUnaryRule<Sign>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sign", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            IsSmooth = false,
            IsLocallyLipschitz = false,
            IsContinuous = false,
            Monotonicity = Monotonicity.Increasing,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Kink<L>(Sign rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.Sign(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(0);
    }
}

namespace ConservativeAD
{
    /// <content>sign.</content>
    public static partial class Operations
    {
        /// <summary>−1, 0 or 1 according to the sign, elementwise. Discontinuous; its gradient is 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Sign<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Sign>(default));
    }
}
