using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x·Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel, 2016). It is exact, computed with the error function.</summary>
    public readonly struct Gelu : IUnaryRule<Gelu>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("gelu", TameClass.Pfaffian)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            // Where erf is −1, including at −∞, the sum is 0.
            L half = L.Constant(0.5) * Lane.AtLeast(x, L.Constant(-1000));
            return L.MultiplyAdd(half, L.Erf(x * L.Constant(0.70710678118654752440)), half);
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L distribution = L.Constant(0.5) * (L.Constant(1) + Lane.Erf(x * L.Constant(0.70710678118654752440)));
            L density = L.Constant(0.39894228040143267794) * Lane.ExpOfNegativeSquare(x, 0.5);
            return distribution + (Lane.OfSizeUpTo(x, L.Constant(60)) * density);
        }
    }
}

namespace ConservativeAD
{
    /// <content>gelu.</content>
    public static partial class Operations
    {
        /// <summary>x·Φ(x), elementwise, with Φ the normal distribution function; exact.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Gelu<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Gelu>(default));
    }
}
