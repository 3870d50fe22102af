using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>sin(π·x)/(π·x), and 1 at 0: the normalised cardinal sine.</summary>
    public readonly struct Sinc : IUnaryRule<Sinc>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sinc", TameClass.NotTame)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            OnBoundedSets = TameClass.GloballySubanalytic,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), HalfTurns.Sin(x) / (L.Constant(Math.PI) * x));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // Near 0 the difference would cancel, and the first ten terms of the series are exact to double precision.
            L near = SeriesNearZero(Lane.OfSizeUpTo(x, L.Constant(0.5)));
            return L.IfGreater(L.Abs(x), L.Constant(0.5), (HalfTurns.Cos(x) - value) / x, near);
        }

        // −π·Σ (−1)ᵏ·zᵏ·(2k + 2)/(2k + 3)! · πx for z = (πx)².
        private static L SeriesNearZero<L>(L x)
            where L : struct, ILane<L>
        {
            L turn = L.Constant(Math.PI) * x, square = turn * turn;
            L p = L.Constant(-1.0 / 2554547108585472000);
            p = L.MultiplyAdd(p, square, L.Constant(1.0 / 6758061133824000));
            p = L.MultiplyAdd(p, square, L.Constant(-1.0 / 22230464256000));
            p = L.MultiplyAdd(p, square, L.Constant(1.0 / 93405312000));
            p = L.MultiplyAdd(p, square, L.Constant(-1.0 / 518918400));
            p = L.MultiplyAdd(p, square, L.Constant(1.0 / 3991680));
            p = L.MultiplyAdd(p, square, L.Constant(-1.0 / 45360));
            p = L.MultiplyAdd(p, square, L.Constant(1.0 / 840));
            p = L.MultiplyAdd(p, square, L.Constant(-1.0 / 30));
            p = L.MultiplyAdd(p, square, L.Constant(1.0 / 3));
            return L.Constant(-Math.PI) * (p * turn);
        }
    }
}

namespace ConservativeAD
{
    /// <content>sinc.</content>
    public static partial class Operations
    {
        /// <summary>sin(π·x)/(π·x), and 1 at 0, elementwise: the normalised cardinal sine. NaN at ±∞.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Sinc<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Sinc>(default));
    }
}
