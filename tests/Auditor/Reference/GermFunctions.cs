namespace ConservativeAD.Auditor.Reference;

/// <content>Functions, each by its Taylor coefficients at one number.</content>
public sealed partial class Germ
{
    public static Germ Sqrt(Germ x) => Root(x, 0.5);

    public static Germ Cbrt(Germ x) => RootOfOddOrder(x, 3);

    public static Germ RootOfOddOrder(Germ x, int n) => BySign(x, sign => sign == 0 ? x : sign < 0 ? -Root(-x, 1.0 / n, n) : Root(x, 1.0 / n, n));

    public static Germ RootOfEvenOrder(Germ x, int n) => Root(x, 1.0 / n, n);

    /// <summary>x^p for a constant p.</summary>
    public static Germ Pow(Germ x, double p)
    {
        if (x.Kind is Kind.Undefined or Kind.Unknown)
            return p == 0 && x.Kind == Kind.Undefined ? One : x;
        if (p == 0)
            return One;
        if (double.IsNaN(p))
            return Undefined;
        if (!double.IsFinite(p))
        {
            // Compares |x| with 1.
            return BySign(Abs(x) - One, sign => sign == 0 ? One : sign > 0 == p > 0 ? Infinity(true) : Zero);
        }

        bool isWhole = p == Math.Floor(p), isOdd = isWhole && Math.Abs(p % 2) == 1;
        if (!x.IsFinite)
            return x.IsInfinite ? (p < 0 ? Zero : IsAbove(x) || !isOdd ? Infinity(true) : Infinity(false)) : Unknown;
        return BySign(x, sign => sign == 0 ? (p > 0 ? Zero : x.IsConstant ? Infinity(!isOdd || !x.IsMinus) : Undefined) : Power(x, p));
    }

    /// <summary>x^y for y that is not constant.</summary>
    public static Germ Pow(Germ x, Germ y)
    {
        if (y.IsConstant && y.IsFinite && y.Limit()!.Value.Value.Fits(53))
            return Pow(x, y.Limit()!.Value.Value.ToDouble());
        if (IsLost(x, y) is { } lost)
            return x.IsConstant && x.IsFinite && x.Limit()!.Value.Value == Wide.One ? One : lost;
        if (y.IsInfinite)
            return Pow(x, IsAbove(y) ? double.PositiveInfinity : double.NegativeInfinity);
        return BySign(x, sign => sign switch
        {
            > 0 => x.IsConstant && x.IsFinite && x.Limit()!.Value.Value == Wide.One ? One : Exp(y * Log(x)),
            0 => BySign(y, power => power > 0 ? Zero : power == 0 ? One : Infinity(true)),
            _ => Undefined,
        });
    }

    public static Germ Exp(Germ x) => Exponential(x, false);

    public static Germ ExpM1(Germ x) => Exponential(x, true);

    public static Germ Log(Germ x)
    {
        if (x.Kind is Kind.Undefined or Kind.Unknown)
            return x;
        if (!x.IsFinite)
            return IsAbove(x) ? x.IsInfinite ? x : Unknown : Undefined;
        return BySign(x, sign =>
        {
            if (sign < 0)
                return Undefined;
            if (sign == 0)
                return x.IsConstant ? Infinity(false) : Growth(false);
            if (x.Limit() is not { } limit)
                return x.IsUnbounded() == true ? Growth(true) : Unknown;
            if (limit.IsZero)
                return Growth(false);
            return Series(x, limit, Wide.Log(limit.Value), LogarithmAt(limit.Value));
        });
    }

    public static Germ LogP1(Germ x)
    {
        if (!x.IsFinite || x.Limit() is not { } limit || limit.Value <= -0.5)
            return Log(One + x);
        return Series(x, limit, Wide.LogP1(limit.Value), LogarithmAt(Wide.One + limit.Value));
    }

    public static Germ Sin(Germ x) => Wave(x, 0);

    public static Germ Cos(Germ x) => Wave(x, 1);

    public static Germ Tan(Germ x) => Sin(x) / Cos(x);

    public static Germ Atan(Germ x)
    {
        if (x.Kind is Kind.Undefined or Kind.Unknown)
            return x;
        if (x.IsInfinite)
            return Of(Ball.Inexact(IsAbove(x) ? Wide.Pi / 2 : -(Wide.Pi / 2)));
        if (!x.IsFinite)
            return Unknown;
        if (x.IsUnbounded() == true)
            return Of(Ball.Inexact(x.SignOrThrow() > 0 ? Wide.Pi / 2 : -(Wide.Pi / 2))) - Atan(One / x);
        if (x.Limit() is not { } limit)
            return Unknown;

        // The integrated coefficients of 1/(1 + (a + u)²).
        Wide a = limit.Value, square = Wide.One + (a * a), before = Wide.Zero, last = Wide.One / square;
        Wide[] coefficients = new Wide[Orders + 2];
        for (int k = 1; k < coefficients.Length; k++)
        {
            coefficients[k] = last / k;
            (before, last) = (last, -((2 * a * last) + before) / square);
        }

        return Series(x, limit, Wide.Atan(a), coefficients);
    }

    public static Germ Atan2(Germ y, Germ x)
    {
        if (IsLost(x, y) is { } lost)
            return lost;
        if (!x.IsFinite || !y.IsFinite)
            return x.IsConstant && y.IsConstant ? Of(Math.Atan2(Rough(y), Rough(x))) : !x.IsFinite && IsAbove(x) && x.IsInfinite ? Zero : Unknown;
        return BySign(x, across => BySign(y, up => (across, up) switch
        {
            ( > 0, _) => Atan(y / x),
            ( < 0, 0) => Of(Ball.Inexact(y.IsMinus ? -Wide.Pi : Wide.Pi)),
            ( < 0, > 0) => Atan(y / x) + Of(Ball.Inexact(Wide.Pi)),
            ( < 0, < 0) => Atan(y / x) - Of(Ball.Inexact(Wide.Pi)),
            (0, 0) => Of(Math.Atan2(y.IsMinus ? -0.0 : 0, x.IsMinus ? -0.0 : 0)),
            (0, var side) => Of(Ball.Inexact(side > 0 ? Wide.Pi / 2 : -(Wide.Pi / 2))),
        }));
    }

    public static Germ Asin(Germ x) => x.IsFinite ? Atan2(x, Sqrt((One - x) * (One + x))) : x.Kind == Kind.Unknown ? x : Undefined;

    public static Germ Acos(Germ x) => x.IsFinite ? Atan2(Sqrt((One - x) * (One + x)), x) : x.Kind == Kind.Unknown ? x : Undefined;

    public static Germ Sinh(Germ x) => x.IsFinite ? Half(ExpM1(x)) - Half(ExpM1(-x)) : x;

    public static Germ Cosh(Germ x) => x.IsFinite ? Half(Exp(x)) + Half(Exp(-x)) : Abs(x);

    public static Germ Tanh(Germ x)
    {
        if (!x.IsFinite)
            return x.IsInfinite ? Of(IsAbove(x) ? 1 : -1) : x.Kind == Kind.Undefined ? x : Unknown;
        if (x.IsUnbounded() == true || (x.Limit() is { } limit && Wide.Abs(limit.Value) > 1e9))
            return BySign(x, sign => Of(sign));
        Germ less = ExpM1(-(Abs(x) + Abs(x)));
        return BySign(x, sign => Blurred(x, sign < 0 ? less / (less + 2) : -(less / (less + 2))));
    }

    /// <summary>1/(1 + e^−x).</summary>
    public static Germ Logistic(Germ x)
    {
        if (!x.IsFinite)
            return x.IsInfinite ? Of(IsAbove(x) ? 1 : 0) : x.Kind == Kind.Undefined ? x : Unknown;

        // Uses the side on which the exponential does not grow.
        return BySign(x, sign =>
        {
            Germ power = Exp(sign < 0 ? x : -x);
            return Blurred(x, sign < 0 ? power / (One + power) : One / (One + power));
        });
    }

    /// <summary>log(1 + e^x).</summary>
    public static Germ Softplus(Germ x) => !x.IsFinite ? (x.IsInfinite ? (IsAbove(x) ? x : Zero) : x)
        : BySign(x, sign => sign < 0 ? LogP1(Exp(x)) : x + LogP1(Exp(-x)));

    public static Germ Asinh(Germ x) => x.IsFinite ? BySign(x, sign => sign == 0 ? x : sign < 0 ? -FromZero(-x) : FromZero(x)) : x;

    public static Germ Acosh(Germ x) => x.IsFinite ? LogP1((x - One) + Sqrt((x - One) * (x + One))) : IsAbove(x) ? x : x.Kind == Kind.Unknown ? x : Undefined;

    public static Germ Atanh(Germ x) => x.IsFinite ? Half(LogP1(x)) - Half(LogP1(-x)) : x.Kind == Kind.Unknown ? x : Undefined;

    public static Germ Erf(Germ x)
    {
        if (!x.IsFinite)
            return x.IsInfinite ? Of(IsAbove(x) ? 1 : -1) : x;
        if (x.IsUnbounded() == true)
            return BySign(x, sign => Of(sign));
        if (x.Limit() is not { } limit)
            return Unknown;
        return Series(x, limit, Wide.Erf(limit.Value), GaussianAt(limit.Value, false));
    }

    public static Germ Erfc(Germ x)
    {
        if (!x.IsFinite)
            return x.IsInfinite ? Of(IsAbove(x) ? 0 : 2) : x;
        if (x.Limit() is not { } limit || limit.Value < 1)
            return One - Erf(x);
        return Series(x, limit, Wide.Erfc(limit.Value), GaussianAt(limit.Value, true));
    }

    public static Germ Hypot(Germ x, Germ y) => x.IsInfinite || y.IsInfinite ? Infinity(true) : Sqrt((x * x) + (y * y));

    // Where a function becomes flat, its slope is a difference of numbers near 1, and one rounding of these counts as ordinary.
    public static Germ Blurred(Germ x, Germ result) =>
        x.Limit() is { } limit && result.IsFinite ? result + ((x - Of(limit)) * Of(new Ball(Wide.Zero, ((Wide)1).Shifted(-Precision.Bits)))) : result;

    private static double Rough(Germ x) =>
        x.IsFinite ? (x.Limit() is { } limit ? limit.Value.ToDouble() : double.NaN) : IsAbove(x) ? double.PositiveInfinity : double.NegativeInfinity;

    private static Germ Half(Germ x) => x * Of(0.5);

    private static Germ FromZero(Germ x) => LogP1(x + ((x * x) / (One + Sqrt(One + (x * x)))));

    private static Germ Root(Germ x, double p, int order = 2)
    {
        if (!x.IsFinite)
            return x.Kind == Kind.PlusInfinity ? x : x.Kind is Kind.MinusInfinity or Kind.MinusGrowth ? Undefined : x;
        return BySign(x, sign => sign < 0 ? Undefined : sign == 0 ? x : order == 2 || x.IsUnbounded() == true ? Power(x, p) : OfOrder(x, order));
    }

    // 1/3 is not a double, so the logarithm is used if the root's factor must have all digits.
    private static Germ OfOrder(Germ x, int order) => x.Limit() is { IsZero: false } ? Exp(Log(x) / Of(order)) : Power(x, 1.0 / order);

    private static Germ Exponential(Germ x, bool isLessOne)
    {
        if (!x.IsFinite)
            return x.Kind switch { Kind.PlusInfinity => x, Kind.MinusInfinity => isLessOne ? Of(-1) : Zero, Kind.Undefined => x, _ => Unknown };
        if (x.IsUnbounded() is not { } isUnbounded)
            return Unknown;
        if (isUnbounded)
            return BySign(x, sign => sign > 0 ? Growth(true) : Of(isLessOne ? -1 : 0) + new Germ(Kind.Finite, [], BeyondAllPowers));
        Ball limit = x.Limit()!.Value;
        Wide power = Wide.Exp(limit.Value);
        Wide[] coefficients = new Wide[Orders + 2];
        Wide factor = power;
        for (int k = 1; k < coefficients.Length; k++)
            coefficients[k] = factor = factor / k;
        return Series(x, limit, isLessOne ? Wide.ExpM1(limit.Value) : power, coefficients);
    }

    private static Germ Wave(Germ x, int quarters)
    {
        if (!x.IsFinite)
            return x.IsInfinite || x.Kind == Kind.Undefined ? Undefined : Unknown;
        if (x.Limit() is not { } limit)
            return Unknown;
        (Wide sin, Wide cos) = Wide.SinCos(limit.Value);
        Wide[] turns = [sin, cos, -sin, -cos];
        Wide[] coefficients = new Wide[Orders + 2];
        Wide factorial = Wide.One;
        for (int k = 1; k < coefficients.Length; k++)
        {
            factorial *= k;
            coefficients[k] = turns[(k + quarters) % 4] / factorial;
        }

        return Series(x, limit, turns[quarters], coefficients);
    }

    private static Wide[] LogarithmAt(Wide a)
    {
        Wide[] coefficients = new Wide[Orders + 2];
        Wide power = Wide.One;
        for (int k = 1; k < coefficients.Length; k++)
        {
            power = -power / a;
            coefficients[k] = -power / k;
        }

        return coefficients;
    }

    private static Wide[] GaussianAt(Wide a, bool isComplement)
    {
        // g(u) = e^(−(a + u)²) satisfies g' = −2(a + u)·g.
        Wide before = Wide.Zero, last = 2 * Wide.Exp(-(a * a)) / Wide.Sqrt(Wide.Pi);
        if (isComplement)
            last = -last;
        Wide[] coefficients = new Wide[Orders + 2];
        for (int k = 1; k < coefficients.Length; k++)
        {
            coefficients[k] = last / k;
            (before, last) = (last, -2 * ((a * last) + before) / k);
        }

        return coefficients;
    }

    // f(a + u) from f(a) and the coefficients of u, u², …, with one more than used, to bound the rounding of the last.
    private static Germ Series(Germ x, Ball a, Wide value, Wide[] coefficients)
    {
        Ball[] balls = new Ball[Orders + 1];
        balls[0] = Ball.Of(value, coefficients[1], coefficients[2], a.Error);

        // A transcendental function of a number other than 0 is rounded, even if 106 bits do not show this, as for a cosine at 1e−200.
        if (!a.IsZero && !value.IsZero && value.Fits(Precision.Bits))
            balls[0] = balls[0] with { Error = balls[0].Error + Ball.Inexact(value).Error };
        for (int k = 1; k <= Orders; k++)
        {
            // A slope at its own extremum changes with the square of the error, like that of a sine many periods out.
            Wide curvature = k + 2 < coefficients.Length ? coefficients[k + 2] * ((k + 1) * (k + 2) / 2) : Wide.Zero;
            balls[k] = Ball.Of(coefficients[k], coefficients[k + 1] * (k + 1), curvature, a.Error);
        }

        List<Term> rest = [];
        foreach (Term term in x.terms)
            rest.Add(term.Power == 0 ? term with { Value = Ball.Zero } : term);
        return Compose(FromSum(rest, x.Cut), balls);
    }
}
