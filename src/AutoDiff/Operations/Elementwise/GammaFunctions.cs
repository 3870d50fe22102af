using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// The logarithm of the gamma function and its first two derivatives. From ½ to 2½ they are rational functions that were fitted to 50 digits, beyond them
/// Stirling's series, whose rest is such a function of 1/z²; below ½ they follow from the recurrence and the reflection formula.
/// </summary>
internal static class GammaFunctions
{
    private const double Near = 1.5;
    private const double LogPi = 1.1447298858494002;

    // ½·log(2π) − ½.
    private const double StirlingConstant = 0.4189385332046727;

    // The zero of the digamma function less 1, in parts of which the first two are floats.
    private const double RootLessOne = 0.46163213253021240234375;
    private const double RootMiddle = 1.243815006546356e-08;
    private const double RootRest = -1.2654465062537432e-16;

    /// <summary>log |Γ(x)|; ∞ at the poles.</summary>
    public static L Logarithm<L>(L x)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), half = L.Constant(0.5), infinity = L.Constant(double.PositiveInfinity), size = L.Abs(x), sine = L.Abs(HalfTurns.Sin(x));
        L above = LogarithmAbove(BeyondOne(x), One(x)), positive = L.IfGreater(half, x, above - L.Log(size), above);

        // Close to 0 the sine divided by π is the argument itself, which may be subnormal.
        L tiny = L.Constant(1e-9), reflected = L.IfGreater(tiny, size, zero, L.Constant(LogPi)) - L.Log(L.IfGreater(tiny, size, size, sine));
        L negative = L.IfEqual(sine, zero, infinity, reflected - above);
        return L.IfGreater(zero, x, L.IfEqual(size, infinity, infinity, negative), positive);
    }

    /// <summary>The derivative of log |Γ(x)|; NaN at the poles below 0.</summary>
    public static L Digamma<L>(L x)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), half = L.Constant(0.5), sine = HalfTurns.Sin(x);
        L above = DigammaAbove(BeyondOne(x), One(x)), positive = L.IfGreater(half, x, above - (L.Constant(1) / x), above);
        L negative = L.IfEqual(sine, zero, L.Constant(double.NaN), above - (L.Constant(Math.PI) * (HalfTurns.Cos(x) / sine)));
        return L.IfGreater(zero, x, negative, positive);
    }

    /// <summary>The derivative of the digamma function.</summary>
    public static L Trigamma<L>(L x)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), half = L.Constant(0.5), inverse = L.Constant(1) / x, cosecant = L.Constant(Math.PI) / HalfTurns.Sin(x);
        L above = TrigammaAbove(BeyondOne(x), One(x)), positive = L.IfGreater(half, x, above + (inverse * inverse), above);
        return L.IfGreater(zero, x, (cosecant * cosecant) - above, positive);
    }

    // Arguments below ½ are taken to 1 + |x|. This is the part beyond 1, of which no digit is lost.
    private static L BeyondOne<L>(L x)
        where L : struct, ILane<L> => L.IfGreater(L.Constant(0.5), x, L.Abs(x), x - L.Constant(1));

    private static L One<L>(L x)
        where L : struct, ILane<L> => L.IfGreater(L.Constant(0.5), x, L.Constant(1) + L.Abs(x), x);

    private static L LogarithmAbove<L>(L beyond, L z)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5), one = L.Constant(1), inverse = one / z;
        L far = ((z - half) * (L.Log(z) - one)) + (L.Constant(StirlingConstant) + (inverse * RestOfLogarithm(inverse * inverse)));

        // The sum with 0 makes a zero positive.
        L near = L.MultiplyAdd(beyond * (beyond - one), LogarithmOverZeros(beyond + half), L.Constant(0));
        return L.IfGreater(beyond, L.Constant(Near), far, near);
    }

    private static L DigammaAbove<L>(L beyond, L z)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5), inverse = L.Constant(1) / z;
        L far = L.Log(z) - (inverse * (half + (inverse * RestOfDigamma(inverse * inverse))));
        L fromRoot = ((beyond - L.Constant(RootLessOne)) - L.Constant(RootMiddle)) - L.Constant(RootRest);
        return L.IfGreater(beyond, L.Constant(Near), far, fromRoot * DigammaOverRoot(beyond + half));
    }

    private static L TrigammaAbove<L>(L beyond, L z)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5), one = L.Constant(1), inverse = one / z;
        L far = inverse * (one + (inverse * (half + (inverse * RestOfTrigamma(inverse * inverse)))));
        return L.IfGreater(beyond, L.Constant(Near), far, TrigammaNear(beyond + half));
    }

    // log Γ(x + ½)/((x − ½)(x − 1½)) for x in [0, 2].
    private static L LogarithmOverZeros<L>(L x)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(2.2588078953914527e-05);
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.008705660264552285));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.2302395547381193));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(1.8882629215722624));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(6.6587195619021715));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(11.554129451126213));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(10.298179462949923));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(4.503986492506967));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.7631532572329335));
        L denominator = L.Constant(0.002332485598613292);
        denominator = L.MultiplyAdd(denominator, x, L.Constant(0.10271773326000674));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.2781098354576994));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(6.671940837990044));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(17.23025846767542));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(23.722196292467633));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(17.645237309971684));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(6.665665722713026));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
        return numerator / denominator;
    }

    // z·(log Γ(z) − (z − ½)·log z + z − ½·log 2π) of x = 1/z² for z from 2½.
    private static L RestOfLogarithm<L>(L x)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(0.2936997461202551);
        numerator = L.MultiplyAdd(numerator, x, L.Constant(7.2277769211919));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(25.589959581754975));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(27.352806244781583));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(10.956728296310459));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(1.6952867246773766));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.08333333333333333));
        L denominator = L.Constant(5.099966884243552);
        denominator = L.MultiplyAdd(denominator, x, L.Constant(94.89616845530246));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(317.03811232902325));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(332.45176799814107));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(132.15044154718402));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(20.376774029461853));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
        return numerator / denominator;
    }

    // ψ(x + ½)/(x + ½ − x₀) for x in [0, 2], with ψ(x₀) = 0.
    private static L DigammaOverRoot<L>(L x)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(3.037461578460196e-07);
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.00023753591359778437));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.011290075210743789));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.16923557863764938));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(1.0837675577264025));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(3.2416623011812504));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(4.355894365061844));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(2.041851487905516));
        L denominator = L.Constant(4.6266496838483265e-05);
        denominator = L.MultiplyAdd(denominator, x, L.Constant(0.0031536903193509006));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(0.062710048625969));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(0.526436412169702));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(2.1178125289411653));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(4.148266047068072));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(3.6066628946726444));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
        return numerator / denominator;
    }

    // z²·(log z − 1/(2z) − ψ(z)) of x = 1/z² for z from 2½.
    private static L RestOfDigamma<L>(L x)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(0.7015896629015077);
        numerator = L.MultiplyAdd(numerator, x, L.Constant(14.771851905425963));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(43.646366928372316));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(39.76134280693801));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(13.850150419426877));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(1.893918118735024));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.08333333333333333));
        L denominator = L.Constant(17.275352901393305);
        denominator = L.MultiplyAdd(denominator, x, L.Constant(216.99655658246604));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(566.0803209921958));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(492.94280162555316));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(168.43688772798893));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(22.82701742482028));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
        return numerator / denominator;
    }

    // ψ′(x + ½) for x in [0, 2].
    private static L TrigammaNear<L>(L x)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(0.23486000630191245);
        numerator = L.MultiplyAdd(numerator, x, L.Constant(2.2284872700881744));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(8.993861718431678));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(19.641810117323278));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(24.461248083125174));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(16.60076271075496));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(4.93480220054468));
        L denominator = L.Constant(0.2348599881827818);
        denominator = L.MultiplyAdd(denominator, x, L.Constant(2.2284876837716503));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(9.01342867301517));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(19.82755323563815));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(25.2053124739481));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(18.188995464978735));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(6.774245044978617));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
        return numerator / denominator;
    }

    // z³·(ψ′(z) − 1/z − 1/(2z²)) of x = 1/z² for z from 2½.
    private static L RestOfTrigamma<L>(L x)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(2.9751088344493106);
        numerator = L.MultiplyAdd(numerator, x, L.Constant(55.37294997455996));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(141.1100356915686));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(111.9896215109699));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(34.41930102867921));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(4.2013992712683805));
        numerator = L.MultiplyAdd(numerator, x, L.Constant(0.16666666666666666));
        L denominator = L.Constant(48.99948396734492);
        denominator = L.MultiplyAdd(denominator, x, L.Constant(455.6031535344718));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(963.2393212346249));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(710.7988838873329));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(211.4546281547644));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(25.408395627610243));
        denominator = L.MultiplyAdd(denominator, x, L.Constant(1.0));
        return numerator / denominator;
    }
}
