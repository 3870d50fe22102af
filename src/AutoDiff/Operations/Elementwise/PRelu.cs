using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x for x > 0, otherwise a·x with a slope a that is an input (He et al., ICCV 2015). The kinks are where x = 0 and a ≠ 1; every slope between a and 1 is a
    /// Clarke subgradient there.
    /// </summary>
    /// <param name="slopeAtZero">The slope at x = 0; that of the selections if null. Any real number is conservative.</param>
    public readonly struct PRelu(double? slopeAtZero) : IBinaryRule<PRelu>
    {
        private readonly Choice<SideSelection> slopeAtZero = slopeAtZero is { } slope ? (SideSelection?)slope : null;

        private PRelu(SideSelection slopeAtZero)
            : this((double?)null) => this.slopeAtZero = slopeAtZero;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("prelu", TameClass.SemiAlgebraic) { HasFiniteSlopes = true, IsSmooth = false };

        /// <inheritdoc/>
        public static (double OfFirst, double OfSecond) SwitchingForm => (1, 0);

        /// <inheritdoc/>
        public static PRelu Select(PRelu rule, Selections selections) => new(rule.slopeAtZero.Or(selections.GetValue(LeakyRelu.AtZero)));

        /// <inheritdoc/>
        public static L Kink<L>(PRelu rule, L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), one = L.Constant(1);
            return L.IfEqual(x, zero, L.IfEqual(y, one, zero, one), zero);
        }

        /// <inheritdoc/>
        public static L Tangent<L>(PRelu rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Absorb(dx, LockedSlopeOfFirst(rule, x, y, dx, dy) * dx) + L.Absorb(dy, rule.SlopeOfSecond(x, y) * dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfFirst<L>(PRelu rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, zero, dx, x), zero, L.Constant(1), y));
        }

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), x, y * x);

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), one = L.Constant(1);
            return Lane.UnlessNaN(x, L.IfGreater(x, zero, one, L.IfEqual(x, zero, L.IfEqual(y, one, one, slopeAtZero.GetValueOrDefault().Between(y, one)), y)));
        }

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), L.Constant(0), x);
    }
}

namespace ConservativeAD
{
    /// <content>prelu.</content>
    public static partial class Operations
    {
        /// <summary>x for x > 0, otherwise slope·x, elementwise, with a slope that is learned; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="slope">The slope below 0: one number, or for a slope per channel of [batch, channels, height, width] of shape [channels, 1, 1].</param>
        /// <param name="slopeAtZero">The slope at x = 0; that of the selections if null (<see cref="Selections.LeakyReluAtZero"/>). Any real number.</param>
        public static Var<T> PRelu<T>(this Var<T> x, Var<T> slope, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, PRelu>(new PRelu(slopeAtZero)), x, slope);
    }
}
