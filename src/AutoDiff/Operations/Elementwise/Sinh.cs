using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The hyperbolic sine.</summary>
    public readonly struct Sinh : IUnaryRule<Sinh>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sinh", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Sinh(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Cosh(x);
    }
}

namespace ConservativeAD
{
    /// <content>sinh.</content>
    public static partial class Operations
    {
        /// <summary>The hyperbolic sine, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Sinh<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Sinh>(default));
    }
}
