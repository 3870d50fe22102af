using ConservativeAD.Rules;

using Big = ConservativeAD.Tests.Accuracy.BigFunctions;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>Every elementwise operation of one argument with its exact value and slope.</summary>
internal static class ElementaryFunctions
{
    private const double Infinity = double.PositiveInfinity;
    private const double No = double.NaN;

    private static readonly double HalfPi = Math.PI / 2;

    public static IReadOnlyList<ElementaryFunction> All { get; } =
    [
        Of("exp", default(Exp), Big.Exp, Big.Exp, (0, 0), (Infinity, Infinity)) with { Critical = [709, -708, 88.5, -87.5, -103, -740] },
        Of("exp2", new ExpToBase(2), x => Big.Pow(2, x), x => Big.Pow(2, x) * Big.LogarithmOfTwo, (0, 0),
            (Infinity, Infinity)) with { Critical = [-1022, -126] },
        Of("exp10", new ExpToBase(10), x => Big.Pow(10, x), x => Big.Pow(10, x) * Big.LogarithmOfTen, (0, 0),
            (Infinity, Infinity)) with { Critical = [-307, -37.5] },
        Of("expm1", default(ExpM1), Big.ExpM1, Big.Exp, (-1, 0), (Infinity, Infinity)) with { KeepsZero = true },
        Of("log", default(Log), Big.Log, x => 1 / x, (No, 0), (Infinity, 0)) with { Domain = x => x >= 0, Critical = [1],
            Limits = Limits((No, No), (Infinity, 0), (0, -Infinity, Infinity)) },
        Of("log2", new LogToBase(2), x => Big.Log(x) / Big.LogarithmOfTwo, x => 1 / (x * Big.LogarithmOfTwo), (No, 0),
            (Infinity, 0)) with { Domain = x => x >= 0, Critical = [1], Limits = Limits((No, No), (Infinity, 0), (0, -Infinity, Infinity)) },
        Of("log10", new LogToBase(10), x => Big.Log(x) / Big.LogarithmOfTen, x => 1 / (x * Big.LogarithmOfTen), (No, 0),
            (Infinity, 0)) with { Domain = x => x >= 0, Critical = [1], Limits = Limits((No, No), (Infinity, 0), (0, -Infinity, Infinity)) },
        Of("log1p", default(LogP1), Big.LogP1, x => 1 / (1 + x), (No, No), (Infinity, 0)) with { Domain = x => x >= -1, Critical = [-1], KeepsZero = true,
            Limits = Limits((No, No), (Infinity, 0), (-1, -Infinity, Infinity)) },
        Of("sqrt", default(Sqrt), BigReal.Sqrt, x => 1 / (2 * BigReal.Sqrt(x)), (No, No), (Infinity, 0)) with { Domain = x => x >= 0, KeepsZero = true,
            Limits = Limits((No, No), (Infinity, 0), (0, 0, Infinity)) },
        Of("cube root", default(Cbrt), Big.Cbrt, x => 1 / (3 * Big.Cbrt(x) * Big.Cbrt(x)), (-Infinity, 0), (Infinity, 0)) with { KeepsZero = true,
            Limits = Limits((-Infinity, 0), (Infinity, 0), (0, 0, Infinity)) },
        Of("fifth root", new Root(5), x => Odd(x, y => Big.Exp(Big.Log(y) / 5)), x => Big.Exp(Big.Log(BigReal.Abs(x)) * -4 / 5) / 5, (-Infinity, 0),
            (Infinity, 0)) with { KeepsZero = true, Limits = Limits((-Infinity, 0), (Infinity, 0), (0, 0, Infinity)) },
        Of("power 2.5", new Pow(2.5), x => Big.Pow(x, 2.5), x => 2.5 * Big.Pow(x, 1.5), (No, No), (Infinity, Infinity)) with { Domain = x => x >= 0,
            Limits = Limits((Infinity, No), (Infinity, Infinity)) },
        Of("power −1.5", new Pow(-1.5), x => Big.Pow(x, -1.5), x => -1.5 * Big.Pow(x, -2.5), (0, 0), (0, 0)) with { Domain = x => x >= 0,
            Limits = Limits((0, No), (0, 0), (0, Infinity, -Infinity)) },
        Of("sin", default(Sin), Big.Sin, Big.Cos, (No, No), (No, No)) with { IsLeftOutOnGpu = HasNoTurn, KeepsZero = true, Critical = [Math.PI, HalfPi, 1e5] },
        Of("cos", default(Cos), Big.Cos, x => -Big.Sin(x), (No, No), (No, No)) with { IsLeftOutOnGpu = HasNoTurn, Critical = [Math.PI, HalfPi, 1e5] },
        Of("tan", default(Tan), Big.Tan, x => 1 / (Big.Cos(x) * Big.Cos(x)), (No, No), (No, No)) with { IsLeftOutOnGpu = HasNoTurn, KeepsZero = true,
            Critical = [Math.PI, HalfPi, 1e5] },
        Of("sinPi", default(SinPi), Big.SinPi, x => Big.Pi * Big.CosPi(x), (No, No), (No, No)) with { KeepsZero = true, Critical = [1, 0.5, 1e5] },
        Of("cosPi", default(CosPi), Big.CosPi, x => -(Big.Pi * Big.SinPi(x)), (No, No), (No, No)) with { Critical = [1, 0.5, 1e5] },
        Of("tanPi", default(TanPi), x => Big.SinPi(x) / Big.CosPi(x), x => Big.Pi / (Big.CosPi(x) * Big.CosPi(x)), (No, No),
            (No, No)) with { IsLeftOut = x => x % 1 is 0.5 or -0.5, KeepsZero = true, Critical = [1, 0.45, 1e5] },
        Of("asin", default(Asin), Big.Asin, x => 1 / BigReal.Sqrt((1 - x) * (1 + x)), (No, No), (No, No)) with { Domain = InUnit, Critical = [1, -1, 0.5],
            KeepsZero = true, Limits = Limits((No, No), (No, No), (1, HalfPi, Infinity), (-1, -HalfPi, Infinity)) },
        Of("acos", default(Acos), Big.Acos, x => -1 / BigReal.Sqrt((1 - x) * (1 + x)), (No, No), (No, No)) with { Domain = InUnit, Critical = [1, -1, 0.5],
            Limits = Limits((No, No), (No, No), (1, 0, -Infinity), (-1, Math.PI, -Infinity)) },
        Of("atan", default(Atan), Big.Atan, x => 1 / (1 + (x * x)), (-HalfPi, 0), (HalfPi, 0)) with { KeepsZero = true, Critical = [1, 1e8] },
        Of("sinh", default(Sinh), Big.Sinh, Big.Cosh, (-Infinity, Infinity), (Infinity, Infinity)) with { KeepsZero = true, Critical = [1, 710, 89, 0.1] },
        Of("cosh", default(Cosh), Big.Cosh, Big.Sinh, (Infinity, -Infinity), (Infinity, Infinity)) with { Critical = [1, 710, 89, 0.1] },
        Of("tanh", default(Tanh), Big.Tanh, x => 1 / (Big.Cosh(x) * Big.Cosh(x)), (-1, 0), (1, 0)) with { KeepsZero = true, Critical = [0.55, 0.1, 9, 19],
            SlopeScale = One },
        Of("asinh", default(Asinh), Big.Asinh, x => 1 / BigReal.Sqrt(1 + (x * x)), (-Infinity, 0), (Infinity, 0)) with { KeepsZero = true,
            Critical = [1, 1e8] },
        Of("acosh", default(Acosh), Big.Acosh, x => 1 / BigReal.Sqrt((x - 1) * (x + 1)), (No, No), (Infinity, 0)) with { Domain = x => x >= 1,
            Critical = [1, 1e8], Limits = Limits((No, No), (Infinity, 0), (1, 0, Infinity)) },
        Of("atanh", default(Atanh), Big.Atanh, x => 1 / ((1 - x) * (1 + x)), (No, No), (No, No)) with { Domain = InUnit, Critical = [1, -1], KeepsZero = true,
            Limits = Limits((No, No), (No, No), (1, Infinity, Infinity), (-1, -Infinity, Infinity)) },
        Of("erf", default(Erf), Big.Erf, Big.ErfSlope, (-1, 0), (1, 0)) with { KeepsZero = true, Critical = [0.46875, 4, 0.1] },
        Of("sigmoid", default(Sigmoid), Big.Sigmoid, x => Big.Sigmoid(x) * Big.Sigmoid(-x), (0, 0), (1, 0)) with { Critical = [-88, -87, -103, -708, -740],
            SlopeScale = One },
        Of("log-sigmoid", default(LogSigmoid), x => x.Sign < 0
            ? x - Big.LogP1(Big.Exp(x))
            : -Big.LogP1(Big.Exp(-x)), x => Big.Sigmoid(-x), (-Infinity, 1), (0, 0)) with { Critical = [88, 708] },
        Of("softplus", default(Softplus), x => x.Sign > 0
            ? x + Big.LogP1(Big.Exp(-x))
            : Big.LogP1(Big.Exp(x)), Big.Sigmoid, (0, 0), (Infinity, 1)) with { Critical = [-88, -708] },
        Of("silu", default(Silu), x => x * Big.Sigmoid(x), x => Big.Sigmoid(x) * (1 + (x * Big.Sigmoid(-x))), (0, 0),
            (Infinity, 1)) with { Critical = [-88, -708], SlopeScale = One },
        Of("gelu", default(Gelu), x => x * Big.Normal(x), x => Big.Normal(x) + (x * Big.NormalDensity(x)), (0, 0),
            (Infinity, 1)) with { Critical = [-5.5, -8.3], ValueScale = BigReal.Abs, SlopeScale = One },
        Of("gelu (tanh)", default(GeluTanh), TanhGelu, TanhGeluSlope, (0, 0), (Infinity, 1)) with { Critical = [-5.5, -8.3], ValueScale = BigReal.Abs,
            SlopeScale = One },
        Of("elu ½", new Elu(0.5, null), x => x.Sign > 0 ? x : 0.5 * Big.ExpM1(x), x => x.Sign > 0 ? 1 : 0.5 * Big.Exp(x), (-0.5, 0), (Infinity, 1)),
        Of("relu", new Relu(null), x => x.Sign > 0 ? x : 0, x => x.Sign > 0 ? 1 : 0, (0, 0), (Infinity, 1)),
        Of("leaky relu ⅛", new LeakyRelu(0.125, null), x => x.Sign > 0 ? x : 0.125 * x, x => x.Sign > 0 ? 1 : 0.125, (-Infinity, 0.125), (Infinity, 1)),
        Of("relu6", new Relu6(null), x => Between(x, 0, 6), x => IsBetween(x, 0, 6), (0, 0), (6, 0)),
        Of("hardtanh", new HardTanh(-1, 1, null), x => Between(x, -1, 1), x => IsBetween(x, -1, 1), (-1, 0), (1, 0)),
        Of("clamp", new Clamp(-0.5, 1.5, null), x => Between(x, -0.5, 1.5), x => IsBetween(x, -0.5, 1.5), (-0.5, 0), (1.5, 0)),
        Of("hard sigmoid", new HardSigmoid(null), x => Between((x + 3) / 6, 0, 1), x => IsBetween(x, -3, 3) / 6, (0, 0), (1, 0)),
        Of("hard swish", new HardSwish(null), x => x * Between((x + 3) / 6, 0, 1), x => x > 3
            ? 1
            : IsBetween(x, -3, 3) * ((2 * x) + 3) / 6, (0, 0), (Infinity, 1)),
        Of("soft threshold ½", new SoftThreshold(0.5, null), x => x - Between(x, -0.5, 0.5), x => 1 - IsBetween(x, -0.5, 0.5), (-Infinity, 1), (Infinity, 1)),
        Of("abs", new Abs(null), BigReal.Abs, x => x.Sign, (Infinity, -1), (Infinity, 1)),
        Of("hinge", new Hinge(null), x => x > 1 ? 0 : 1 - x, x => x > 1 ? 0 : -1, (Infinity, -1), (0, 0)),
        Of("sign", default(Sign), x => x.Sign, _ => 0, (-1, 0), (1, 0)) with { HasConstantSlope = true },
        Of("floor", default(Floor), x => Math.Floor(x.ToDouble()), _ => 0, (-Infinity, 0), (Infinity, 0)) with { HasConstantSlope = true, KeepsZero = true },
        Of("huber 1¼", new Huber(1.25), x => BigReal.Abs(x) > 1.25
            ? 1.25 * (BigReal.Abs(x) - 0.625)
            : 0.5 * x * x, x => Between(x, -1.25, 1.25), (Infinity, -1.25), (Infinity, 1.25)),
        Of("square", default(Square), x => x * x, x => 2 * x, (Infinity, -Infinity), (Infinity, Infinity)),
        Of("reciprocal", default(Reciprocal), x => 1 / x, x => -1 / (x * x), (0, 0), (0, 0)) with { IsLeftOut = x => x == 0 },
        Of("ceiling", default(Ceiling), x => Math.Ceiling(x.ToDouble()), _ => 0, (-Infinity, 0), (Infinity, 0)) with { HasConstantSlope = true,
            KeepsZero = true },
        Of("round", default(Round), x => Math.Round(x.ToDouble()), _ => 0, (-Infinity, 0), (Infinity, 0)) with { HasConstantSlope = true, KeepsZero = true,
            Critical = [0.5, 1.5, -2.5, 8388607.5] },
        Of("truncate", default(Truncate), x => Math.Truncate(x.ToDouble()), _ => 0, (-Infinity, 0), (Infinity, 0)) with { HasConstantSlope = true,
            KeepsZero = true },
        Of("fraction", default(Fraction), x => x - Math.Truncate(x.ToDouble()), _ => 1, (No, 1), (No, 1)) with { HasConstantSlope = true, Critical = [1, -7] },
        Of("hard shrink ½", new HardShrink(0.5), x => BigReal.Abs(x) > 0.5 ? x : 0, x => BigReal.Abs(x) > 0.5 ? 1 : 0, (-Infinity, 1), (Infinity, 1)),
        Of("threshold ½", new Threshold(0.5, -0.25), x => x > 0.5 ? x : -0.25, x => x > 0.5 ? 1 : 0, (-0.25, 0), (Infinity, 1)),
        Of("NaN to number", new NanToNumber(No, 2, -2), x => x, _ => 1, (-2, 0), (2, 0)) with { HasConstantSlope = true, KeepsZero = true },
        Of("smooth abs 1¼", new SmoothAbs(1.25), x => BigReal.Abs(x) > 1.25
            ? BigReal.Abs(x) - 0.625
            : x * x / 2.5, x => Between(x / 1.25, -1, 1), (Infinity, -1), (Infinity, 1)),
        Of("reciprocal sqrt", default(ReciprocalSqrt), x => 1 / BigReal.Sqrt(x), x => -1 / (2 * x * BigReal.Sqrt(x)), (No, No), (0, 0)) with {
            Domain = x => x >= 0, IsLeftOut = x => x == 0 },
        Of("logit", default(Logit), x => BigReal.Abs(x - 0.5) > 0.25 ? Big.Log(x / (1 - x)) : Big.LogP1(((2 * x) - 1) / (1 - x)),
            x => 1 / (x * (1 - x)), (No, No), (No, No)) with {
            Domain = x => x is >= 0 and <= 1, Critical = [0.5, 0.25, 0.75, 1, 0.01],
            Limits = Limits((No, No), (No, No), (0, -Infinity, Infinity), (1, Infinity, Infinity)) },
        Of("sinc", default(Sinc), Sinc, SincSlope, (No, No), (No, No)) with { Critical = [0.5, 0.1, 1, -2.5, 1e5],
            SlopeScale = x => BigReal.Abs(x) > 0.5 ? 1 / BigReal.Abs(x) : 0 },
        Of("softsign", default(Softsign), x => x / (1 + BigReal.Abs(x)), x => 1 / ((1 + BigReal.Abs(x)) * (1 + BigReal.Abs(x))), (-1, 0),
            (1, 0)) with { KeepsZero = true },
        Of("mish", default(Mish), x => x * MishShare(x, out _), MishSlope, (0, 0), (Infinity, 1)) with { Critical = [-88, -708], SlopeScale = One },
        Of("celu ¾", new Celu(0.75), x => x.Sign > 0 ? x : 0.75 * Big.ExpM1(x / 0.75), x => x.Sign > 0 ? 1 : Big.Exp(x / 0.75), (-0.75, 0), (Infinity, 1)),
        Of("softplus 2½", new ScaledSoftplus(2.5), x => (x.Sign > 0 ? x : 0) + (Big.LogP1(Big.Exp(-2.5 * BigReal.Abs(x))) / 2.5), x => Big.Sigmoid(2.5 * x),
            (0, 0), (Infinity, 1)) with { Critical = [-35, -283] },
        Of("log-gamma", default(LogGamma), Big.LogGamma, Big.Digamma, (Infinity, No), (Infinity, Infinity)) with {
            Critical = [1, 2, 0.5, 2.5, -0.5, -2.457, 1.46],
            ValueScale = BelowZero, SlopeScale = BelowZero, IsLeftOut = IsPoleOfGamma },
        Of("digamma", default(Digamma), Big.Digamma, Big.Trigamma, (No, No), (Infinity, 0)) with { Critical = [1.4616, 0.5, 2.5, -0.5, -1.573],
            ValueScale = BelowZero, IsLeftOut = IsPoleOfGamma },
        Of("erf inverse", default(ErfInverse), Big.ErfInverse, x => Big.RootOfPi / 2 * Big.Exp(Big.ErfInverse(x) * Big.ErfInverse(x)), (No, No),
            (No, No)) with { Domain = InUnit, KeepsZero = true, Critical = [0.75, 0.999, 1, -1],
            Limits = Limits((No, No), (No, No), (1, Infinity, Infinity), (-1, -Infinity, Infinity)) },
        Of("negate", default(Negate), x => -x, _ => -1, (Infinity, -1), (-Infinity, -1)) with { HasConstantSlope = true },
        Of("scale 1½", new Scale(1.5), x => 1.5 * x, _ => 1.5, (-Infinity, 1.5), (Infinity, 1.5)) with { HasConstantSlope = true, KeepsZero = true },
        Of("shift ¾", new Shift(0.75), x => x + 0.75, _ => 1, (-Infinity, 1), (Infinity, 1)) with { HasConstantSlope = true },
        Of("divide by 3", new DivideBy(3), x => x / 3, _ => (BigReal)1 / 3, (-Infinity, 1.0 / 3), (Infinity, 1.0 / 3)) with { HasConstantSlope = true,
            KeepsZero = true },
        Of("divide 2 by", new DivideInto(2), x => 2 / x, x => -2 / (x * x), (0, 0), (0, 0)) with { IsLeftOut = x => x == 0 },
    ];

    private static ElementaryFunction Of<TRule>(string name, TRule rule, Func<BigReal, BigReal> value, Func<BigReal, BigReal> slope,
        (double Value, double Slope) below, (double Value, double Slope) above)
        where TRule : struct, IUnaryRule<TRule> => new(name, new MeasuredRule<TRule>(rule), value, slope) { Limits = Limits(below, above) };

    private static Dictionary<double, (double Value, double Slope)> Limits((double Value, double Slope) below, (double Value, double Slope) above,
        params (double At, double Value, double Slope)[] others)
    {
        Dictionary<double, (double, double)> all = new() { [-Infinity] = below, [Infinity] = above };
        foreach ((double at, double value, double slope) in others)
            all[at] = (value, slope);
        return all;
    }

    // Far below 0 every number is a pole.
    private static bool IsPoleOfGamma(double x) => x <= 0 && (double.IsInteger(x) || x < -1e6);

    // Terms of both signs cancel there, of the size of the logarithm of the argument's gamma function.
    private static BigReal BelowZero(BigReal x) => x.Sign < 0 ? 1 + BigReal.Abs(x) : 0;

    private static BigReal Sinc(BigReal x) => x.IsZero ? 1 : Big.SinPi(x) / (Big.Pi * x);

    // Near 0 the difference cancels, and the second term of the series is below 10⁻²⁰ of the first.
    private static BigReal SincSlope(BigReal x) => x.IsZero ? 0
        : BigReal.Abs(x) < 1e-10 ? -(Big.Pi * Big.Pi * x / 3)
        : (Big.CosPi(x) - Sinc(x)) / x;

    // tanh(log(1 + eˣ)), and 1 minus its square. Beyond 1000 they are 0 and 1, or 1 and 0, in every digit.
    private static BigReal MishShare(BigReal x, out BigReal rest)
    {
        BigReal e = BigReal.Abs(x) > 1000 ? 0 : Big.Exp(x), n = e * (e + 2);
        bool isFarAbove = x > 1000;
        rest = isFarAbove ? 0 : 4 * (n + 1) / ((n + 2) * (n + 2));
        return isFarAbove ? 1 : n / (n + 2);
    }

    private static BigReal MishSlope(BigReal x) => MishShare(x, out BigReal rest) + (x * Big.Sigmoid(x) * rest);

    private static bool HasNoTurn(double x) => Math.Abs(x) > 4503599627370496;

    private static bool InUnit(double x) => Math.Abs(x) <= 1;

    private static BigReal One(BigReal x) => 1;

    private static BigReal Odd(BigReal x, Func<BigReal, BigReal> ofSize) => x.IsZero ? x : x.Sign < 0 ? -ofSize(-x) : ofSize(x);

    private static BigReal Between(BigReal x, BigReal low, BigReal high) => x < low ? low : x > high ? high : x;

    private static BigReal IsBetween(BigReal x, BigReal low, BigReal high) => x > low && x < high ? 1 : 0;

    // ½·x·(1 + tanh u) = x·sigmoid(2u) with u = √(2/π)·(x + 0.044715·x³).
    private static BigReal TwiceInner(BigReal x) => 2 * BigReal.Sqrt(2 / Big.Pi) * (x + ((BigReal)44715 / 1000000 * x * x * x));

    private static BigReal TanhGelu(BigReal x) => x * Big.Sigmoid(TwiceInner(x));

    private static BigReal TanhGeluSlope(BigReal x)
    {
        BigReal inner = TwiceInner(x), turn = 2 * BigReal.Sqrt(2 / Big.Pi) * (1 + ((BigReal)134145 / 1000000 * x * x));
        return Big.Sigmoid(inner) + (x * turn * Big.Sigmoid(inner) * Big.Sigmoid(-inner));
    }
}
