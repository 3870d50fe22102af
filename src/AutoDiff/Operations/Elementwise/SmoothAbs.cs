using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// ½x²/β for |x| ≤ β, otherwise |x| − ½β (Girshick, ICCV 2015): Huber's loss divided by β. It is C¹; its slope is x/β clamped to [−1, 1].
    /// </summary>
    /// <param name="beta">β, above 0.</param>
    public readonly struct SmoothAbs(double beta) : IUnaryRule<SmoothAbs>
    {
        private readonly double beta = beta;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("smooth abs", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            Curvature = Curvature.Convex,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L size = L.Abs(x), half = L.Constant(0.5), b = L.Broadcast(beta);
            return L.IfGreater(size, b, size - (half * b), (half * x) * (x / b));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Min(L.Max(x / L.Broadcast(beta), L.Constant(-1)), L.Constant(1));
    }
}

namespace ConservativeAD
{
    /// <content>smooth abs.</content>
    public static partial class Operations
    {
        /// <summary>½x²/β for |x| ≤ β, otherwise |x| − ½β, elementwise: an absolute value that is smooth near 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="beta">β, above 0, rounded to the element type.</param>
        /// <exception cref="ArgumentOutOfRangeException">β is not a finite number above 0.</exception>
        public static Var<T> SmoothAbs<T>(this Var<T> x, double beta = 1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            x.Apply(new UnaryOperation<T, SmoothAbs>(new SmoothAbs(ElementType.Round<T>(PositiveNumber.Check("smooth abs", beta)))));
    }
}
