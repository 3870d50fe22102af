using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The error function.</summary>
    public readonly struct Erf : IUnaryRule<Erf>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("erf", TameClass.Pfaffian)
        {
            HasFiniteSlopes = true,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.Erf(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(2 / 1.7724538509055160273) * Lane.ExpOfNegativeSquare(x, 1);
    }
}

namespace ConservativeAD
{
    /// <content>erf.</content>
    public static partial class Operations
    {
        /// <summary>The error function, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Erf<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Erf>(default));
    }
}
