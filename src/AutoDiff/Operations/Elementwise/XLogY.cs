using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x·log y, for y > 0, and 0 where x = 0, at every y but NaN. Where x and y are 0, the slope is infinite.</summary>
    public readonly struct XLogY : IBinaryRule<XLogY>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("x log y", TameClass.LogExp) { IsLocallyLipschitz = false };

        /// <inheritdoc/>
        public static L Kink<L>(XLogY rule, L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfEqual(x, zero, L.IfEqual(y, zero, L.Constant(1), zero), zero);
        }

        // A factor that is constantly 0 makes the product 0 for every y.
        /// <inheritdoc/>
        public static L Obstacle<L>(XLogY rule, L x, L y, L firstMoves, L secondMoves, L smallest)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), near = NearZero.Of(y, smallest);
            L atEdge = L.IfGreater(y, zero, near, L.Constant((double)ObstacleKind.OutsideDomain));
            L underflow = L.IfEqual(secondMoves, zero, zero, L.IfEqual(x, zero, zero, NearZero.OfSlope(x / y, smallest)));
            L found = L.IfEqual(atEdge, zero, underflow, atEdge);
            return L.IfEqual(firstMoves, zero, L.IfEqual(x, zero, zero, found), found);
        }

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfEqual(x, zero, Lane.UnlessNaN(y, zero), x * L.Log(y));
        }

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.Log(y);

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfEqual(x, zero, L.IfEqual(y, zero, zero, x / y), x / y);
        }
    }
}

namespace ConservativeAD
{
    /// <content>x log y.</content>
    public static partial class Operations
    {
        /// <summary>x·log y, elementwise, and 0 where x = 0, also where y = 0; the shapes broadcast. NaN for y below 0 and x other than 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The factor.</param>
        /// <param name="y">The argument of the logarithm, not below 0.</param>
        public static Var<T> XLogY<T>(this Var<T> x, Var<T> y)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, XLogY>(default), x, y);
    }
}
