using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The inverse of the error function, on (−1, 1).</summary>
    public readonly struct ErfInverse : IUnaryRule<ErfInverse>
    {
        // Up to here a function of x²; beyond, of the root of −log(1 − x²).
        private const double Central = 0.75;
        private const double Far = 2.5;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("erf inverse", TameClass.Pfaffian)
        {
            Monotonicity = Monotonicity.Increasing,
            IsUnboundedOnBoundedSets = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        // The rational functions were fitted to 50 digits.
        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L>
        {
            L one = L.Constant(1), size = L.Abs(x), root = L.Sqrt(-L.Log((one - size) * (one + size)));
            L beyond = L.IfGreater(root, L.Constant(Far), FarOverRoot(root - L.Constant(Far)), NearOverRoot(root - L.Constant(0.875)));
            L tail = L.IfEqual(size, one, L.Constant(double.PositiveInfinity), root * beyond);
            L centre = size * CentreOverArgument(L.MultiplyAdd(-size, size, L.Constant(Central * Central)));
            return Lane.WithSignOf(x, L.IfGreater(size, L.Constant(Central), tail, centre));
        }

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            // ½√π·e^(y²) for the value y, which is computed anew because a stored one may be rounded to Half. The square's rounding error corrects the power.
            L y = Value(x), square = y * y, power = L.Exp(square);
            L corrected = L.MultiplyAdd(power, L.MultiplyAdd(y, y, -square), power);
            return L.Constant(0.88622692545275801365) * L.IfGreater(L.Constant(double.PositiveInfinity), power, corrected, power);
        }

        // y/erf(y) of x = 9/16 − erf(y)² for erf(y) up to ¾.
        private static L CentreOverArgument<L>(L x)
            where L : struct, ILane<L>
        {
            L numerator = L.Constant(0.011924950716139688);
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.5851934124024558));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(4.431139153161144));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(11.4387355060861));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(12.617575612537586));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(6.142849227816908));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(1.0845597967968246));
            L denominator = L.Constant(0.06772487794752247);
            denominator = L.MultiplyAdd(denominator, x, L.Constant(1.3948614956830911));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(7.284157824613124));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(15.032262877375743));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(14.221703503252995));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(6.1826582144872715));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
            return numerator / denominator;
        }

        // y/r of x = r − ⅞ with r² = −log(1 − erf(y)²), for r up to 2½.
        private static L NearOverRoot<L>(L x)
            where L : struct, ILane<L>
        {
            L numerator = L.Constant(0.00038863008800161673);
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.0002842060366852432));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.008203667040533947));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(-0.003901352044087839));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.09743960827909869));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(-0.12617486322520066));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.569919517857236));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(-0.48187941269766826));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.894033084850198));
            L denominator = L.Constant(0.0003861896972554799);
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.0003340881935997149));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.008360421715954613));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(-0.004153265794550882));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.10546574894035202));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(-0.14621174047598337));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.6386586245881497));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(-0.5583791527309033));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
            return numerator / denominator;
        }

        // y/r of x = r − 2½, for r up to 6.2.
        private static L FarOverRoot<L>(L x)
            where L : struct, ILane<L>
        {
            L numerator = L.Constant(2.572220382576373e-05);
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.0006987740295092944));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.005245916415957914));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.025553459603453534));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.084009064157519));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.23372779142578867));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.46119008898104674));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.8394715170275476));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.8830411782691));
            numerator = L.MultiplyAdd(numerator, x, L.Constant(0.9334758227628577));
            L denominator = L.Constant(2.5724354535334507e-05);
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.0006988457202286059));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.005301131596939788));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.026122398736772877));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.08605509160321691));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.24193694099513588));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.47650954803996526));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.8801394051745404));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(0.9206321858412999));
            denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
            return numerator / denominator;
        }
    }
}

namespace ConservativeAD
{
    /// <content>The inverse of erf.</content>
    public static partial class Operations
    {
        /// <summary>The inverse of the error function, elementwise; ±∞ at ±1, NaN beyond.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> ErfInverse<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, ErfInverse>(default));
    }
}
