using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>Huber's loss (Ann. Math. Statist. 1964): ½x² for |x| ≤ δ, otherwise δ(|x| − ½δ). It is C¹; its slope is x clamped to [−δ, δ].</summary>
    /// <param name="delta">δ, above 0.</param>
    public readonly struct Huber(double delta) : IUnaryRule<Huber>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("huber", TameClass.SemiAlgebraic) { HasFiniteSlopes = true, Curvature = Curvature.Convex };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L d = L.Broadcast(delta), magnitude = L.Abs(x);
            return L.IfGreater(magnitude, d, d * (magnitude - (L.Constant(0.5) * d)), L.Constant(0.5) * (x * x));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Min(L.Max(x, L.Broadcast(-delta)), L.Broadcast(delta));
    }
}

namespace ConservativeAD
{
    /// <content>huber.</content>
    public static partial class Operations
    {
        /// <summary>Huber's loss of residuals: ½x² for |x| ≤ δ, otherwise δ(|x| − ½δ), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="delta">δ, above 0.</param>
        public static Var<T> Huber<T>(this Var<T> x, double delta)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                x.Apply(new UnaryOperation<T, Huber>(new Huber(ElementType.Round<T>(Selections.Positive(delta)))));
    }
}
