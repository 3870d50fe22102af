using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The smallest integer not below x. It is discontinuous at integers, where it has no conservative field; its slope is 0 everywhere.</summary>
    public readonly struct Ceiling : IUnaryRule<Ceiling>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("ceiling", TameClass.NotTame)
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
        public static L Kink<L>(Ceiling rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Floor(x), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => -L.Floor(-x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(0);
    }
}

namespace ConservativeAD
{
    /// <content>ceiling.</content>
    public static partial class Operations
    {
        /// <summary>The smallest integer not below the argument, elementwise. Discontinuous; its gradient is 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Ceiling<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Ceiling>(default));
    }
}
