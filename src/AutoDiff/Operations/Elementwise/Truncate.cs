using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x without the part behind the point. It is discontinuous at integers other than 0, where it has no conservative field; its slope is 0 everywhere.
    /// </summary>
    public readonly struct Truncate : IUnaryRule<Truncate>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("truncate", TameClass.NotTame)
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
        public static L Kink<L>(Truncate rule, L x)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfEqual(x, L.Floor(x), L.IfEqual(x, zero, zero, L.Constant(1)), zero);
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Of(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(0);

        internal static L Of<L>(L x)
            where L : struct, ILane<L> => Lane.WithSignOf(x, L.Floor(L.Abs(x)));
    }
}

namespace ConservativeAD
{
    /// <content>truncate.</content>
    public static partial class Operations
    {
        /// <summary>The argument without the part behind the point, elementwise. Discontinuous; its gradient is 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Truncate<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Truncate>(default));
    }
}
