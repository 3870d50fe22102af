using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The n-th root: for even n defined for x ≥ 0, for odd n for every x; for negative n the reciprocal of the root.</summary>
    /// <param name="n">The order of the root; neither 0 nor 1.</param>
    public readonly struct Root(int n) : IUnaryRule<Root>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("root", TameClass.SemiAlgebraic) { IsLocallyLipschitz = false, IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Both;

        /// <inheritdoc/>
        public static L Kink<L>(Root rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L Obstacle<L>(Root rule, L x, L smallest)
            where L : struct, ILane<L> => NearZero.Of(x, smallest) + NearZero.OfSlope(rule.Slope(x, rule.Value(x)), smallest);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            // One Newton step removes the error of the rounded exponent; at 0 and ∞ there is nothing to correct. For a negative n the root is taken before the
            // reciprocal, because its powers would leave the range of the numbers.
            double order = Math.Abs((double)n);
            L size = IsEven ? x : L.Abs(x), root = L.Pow(size, L.Broadcast(1 / order));
            L step = (root - (size / L.Pow(root, L.Broadcast(order - 1)))) / L.Broadcast(order), positive = IfAtEnd(size, root, root - step);
            L corrected = n > 0 ? positive : L.Constant(1) / positive;
            return IsEven ? corrected : L.IfGreater(L.Constant(0), x, -corrected, n > 0 ? L.IfEqual(x, L.Constant(0), x, corrected) : corrected);
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L size = IsEven ? x : L.Abs(x);
            return IfAtEnd(size, L.Pow(size, L.Broadcast((1.0 / n) - 1)) / L.Broadcast(n), value / x / L.Broadcast(n));
        }

        private static L IfAtEnd<L>(L size, L then, L otherwise)
            where L : struct, ILane<L> => L.IfEqual(size, L.Constant(0), then, L.IfEqual(size, L.Constant(double.PositiveInfinity), then, otherwise));

        private bool IsEven => (n & 1) == 0;
    }
}

namespace ConservativeAD
{
    /// <content>n-th root.</content>
    public static partial class Operations
    {
        /// <summary>The n-th root, elementwise; for even n it is NaN below 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="n">The order of the root; neither 0 nor 1. A negative order gives the reciprocal of the root.</param>
        /// <exception cref="ArgumentOutOfRangeException">n is 0 or 1.</exception>
        public static Var<T> RootN<T>(this Var<T> x, int n)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                x.Apply(new UnaryOperation<T, Root>(new Root(n is 0 or 1
                    ? throw new ArgumentOutOfRangeException(nameof(n), n, "The order of a root must be neither 0 nor 1.")
                    : n)));
    }
}
