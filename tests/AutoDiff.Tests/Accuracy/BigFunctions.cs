using System.Numerics;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>Elementary functions to about 180 bits, even if the result is small compared with its terms.</summary>
internal static class BigFunctions
{
    // Enough to reduce the largest double by a quarter turn and keep all bits of the rest.
    private const int BitsOfPi = 1500;

    private static readonly BigReal LongPi = MachinPi();

    public static readonly BigReal Pi = LongPi.RoundTo(BigReal.Bits);
    public static readonly BigReal LogarithmOfTwo = BigReal.Scale(AtanhSeries((BigReal)1 / 3), 1);
    private static readonly List<BigReal> BernoulliNumbers = Bernoulli();
    public static readonly BigReal LogarithmOfTen = Log(10);
    public static readonly BigReal RootOfPi = BigReal.Sqrt(Pi);
    private static readonly BigReal RootOfHalf = BigReal.Sqrt(0.5);

    public static BigReal Exp(BigReal x) => Math.Abs(x.ToDouble()) < 0.1 ? ExpM1Series(x) + 1 : ExpReduced(x);

    public static BigReal ExpM1(BigReal x) => Math.Abs(x.ToDouble()) < 0.1 ? ExpM1Series(x) : ExpReduced(x) - 1;

    public static BigReal Log(BigReal x)
    {
        double near = x.ToDouble();
        if (near is > 0.9 and < 1.1)
            return BigReal.Scale(AtanhSeries((x - 1) / (x + 1)), 1);
        long power = x.Magnitude;
        BigReal mantissa = BigReal.Scale(x, -power), guess = Math.Log(mantissa.ToDouble()), e = Exp(guess);

        // Halley's step triples the digits.
        return guess + (2 * (mantissa - e) / (mantissa + e)) + (power == 0 ? 0 : (double)power * LogarithmOfTwo);
    }

    public static BigReal LogP1(BigReal x) => Math.Abs(x.ToDouble()) < 0.1 ? BigReal.Scale(AtanhSeries(x / (x + 2)), 1) : Log(x + 1);

    public static BigReal Pow(BigReal x, BigReal y) => x.IsZero ? 0 : Exp(y * Log(x));

    public static BigReal Sin(BigReal x) => SinCos(x).Sin;

    public static BigReal Cos(BigReal x) => SinCos(x).Cos;

    public static BigReal Tan(BigReal x)
    {
        (BigReal sin, BigReal cos) = SinCos(x);
        return sin / cos;
    }

    public static BigReal SinPi(BigReal x)
    {
        BigReal.Reduce(x, 2, out BigReal rest);

        // Beyond a quarter turn, uses the difference to a half turn, so that integers give 0.
        BigReal size = BigReal.Abs(rest);
        return size > 0.5 ? rest.Sign * Sin(Pi * (1 - size)) : Sin(Pi * rest);
    }

    public static BigReal CosPi(BigReal x)
    {
        BigReal.Reduce(x, 2, out BigReal rest);

        // Uses the sine of the difference to a quarter turn, which is exact.
        return Sin(Pi * (0.5 - BigReal.Abs(rest)));
    }

    public static BigReal Atan(BigReal x)
    {
        if (x.IsZero)
            return x;
        if (x.Magnitude >= 1)
            return x.Sign < 0 ? -Atan(-x) : BigReal.Scale(Pi, -1) - Atan(1 / x);
        BigReal y = x;
        int halvings = 0;
        while (y.Magnitude > -8)
        {
            y /= 1 + BigReal.Sqrt(1 + (y * y));
            halvings++;
        }

        BigReal square = y * y, power = y, sum = y;
        for (int k = 3; power.Magnitude - sum.Magnitude > -BigReal.Bits; k += 2)
        {
            power = -(power * square);
            sum += power / k;
        }

        return BigReal.Scale(sum, halvings);
    }

    public static BigReal Atan2(BigReal y, BigReal x)
    {
        if (x.IsZero && y.IsZero)
            return 0;
        if (x.IsZero || BigReal.Abs(y) > BigReal.Abs(x))
        {
            BigReal right = BigReal.Scale(Pi, -1);
            return (y.Sign < 0 ? -right : right) - (x.IsZero ? 0 : Atan(x / y));
        }

        BigReal angle = Atan(y / x);
        return x.Sign > 0 ? angle : y.Sign < 0 ? angle - Pi : angle + Pi;
    }

    public static BigReal Asin(BigReal x) => BigReal.Abs(x).CompareTo(1) == 0 ? BigReal.Scale(x.Sign * Pi, -1) : Atan(x / BigReal.Sqrt((1 - x) * (1 + x)));

    public static BigReal Acos(BigReal x) => x.CompareTo(-1) == 0 ? Pi : BigReal.Scale(Atan(BigReal.Sqrt((1 - x) / (1 + x))), 1);

    public static BigReal Sinh(BigReal x)
    {
        if (Math.Abs(x.ToDouble()) < 0.1)
        {
            BigReal t = ExpM1Series(x);
            return BigReal.Scale(t + (t / (t + 1)), -1);
        }

        BigReal e = Exp(x);
        return BigReal.Scale(e - (1 / e), -1);
    }

    public static BigReal Cosh(BigReal x)
    {
        BigReal e = Exp(x);
        return BigReal.Scale(e + (1 / e), -1);
    }

    public static BigReal Tanh(BigReal x) => Sinh(x) / Cosh(x);

    public static BigReal Asinh(BigReal x)
    {
        BigReal y = BigReal.Abs(x), square = y * y, value = LogP1(y + (square / (1 + BigReal.Sqrt(1 + square))));
        return x.Sign < 0 ? -value : value;
    }

    public static BigReal Acosh(BigReal x) => LogP1((x - 1) + BigReal.Sqrt((x - 1) * (x + 1)));

    public static BigReal Atanh(BigReal x) => BigReal.Scale(LogP1(2 * x / (1 - x)), -1);

    public static BigReal Sigmoid(BigReal x) => 1 / (1 + Exp(-x));

    public static BigReal Erf(BigReal x)
    {
        if (x.IsZero)
            return x;
        if (BigReal.Abs(x) > 6)
            return x.Sign * (1 - ErfComplementFar(BigReal.Abs(x)));

        // 2/√π·e^(−x²)·Σ 2ⁿx²ⁿ⁺¹/(1·3·…·(2n + 1)): all terms of one sign.
        BigReal square = x * x, term = x, sum = x;
        for (int n = 1; term.Magnitude - sum.Magnitude > -BigReal.Bits; n++)
        {
            term = term * (2 * square) / ((2 * n) + 1);
            sum += term;
        }

        return 2 * Exp(-square) * sum / RootOfPi;
    }

    /// <summary>The normal distribution's function, with all digits in its lower tail.</summary>
    /// <param name="x">The argument.</param>
    public static BigReal Normal(BigReal x)
    {
        BigReal y = x * RootOfHalf;
        return BigReal.Scale(y < -6 ? ErfComplementFar(-y) : 1 + Erf(y), -1);
    }

    /// <summary>The normal distribution's density.</summary>
    /// <param name="x">The argument.</param>
    public static BigReal NormalDensity(BigReal x) => Exp(BigReal.Scale(-(x * x), -1)) * RootOfHalf / RootOfPi;

    /// <summary>log |Γ(x)| by Stirling's series beyond 60, to which the recurrence leads, and by reflection below 0.</summary>
    /// <param name="x">The argument, no pole.</param>
    public static BigReal LogGamma(BigReal x)
    {
        if (x.CompareTo(1) == 0 || x.CompareTo(2) == 0)
            return 0;
        if (x.Sign < 0)
            return Log(Pi / BigReal.Abs(SinPi(x))) - LogGamma(1 - x);
        BigReal product = 1, z = x;
        for (; z < 60; z += 1)
            product *= z;
        BigReal sum = (z - 0.5) * Log(z) - z + BigReal.Scale(Log(2 * Pi), -1), power = z, square = z * z;
        for (int k = 1; k <= BernoulliNumbers.Count; k++, power *= square)
            sum += BernoulliNumbers[k - 1] / ((2 * k) * ((2 * k) - 1) * power);
        return sum - Log(product);
    }

    /// <summary>The derivative of log |Γ|.</summary>
    /// <param name="x">The argument, no pole.</param>
    public static BigReal Digamma(BigReal x)
    {
        if (x.Sign < 0)
            return Digamma(1 - x) - (Pi * CosPi(x) / SinPi(x));
        BigReal steps = 0, z = x;
        for (; z < 60; z += 1)
            steps += 1 / z;
        BigReal sum = Log(z) - (1 / (2 * z)), square = z * z, power = square;
        for (int k = 1; k <= BernoulliNumbers.Count; k++, power *= square)
            sum -= BernoulliNumbers[k - 1] / (2 * k * power);
        return sum - steps;
    }

    /// <summary>The second derivative of log |Γ|.</summary>
    /// <param name="x">The argument, no pole.</param>
    public static BigReal Trigamma(BigReal x)
    {
        if (x.Sign < 0)
            return (Pi / SinPi(x) * (Pi / SinPi(x))) - Trigamma(1 - x);
        BigReal steps = 0, z = x;
        for (; z < 60; z += 1)
            steps += 1 / (z * z);
        BigReal square = z * z, sum = (1 / z) + (1 / (2 * square)), power = square * z;
        for (int k = 1; k <= BernoulliNumbers.Count; k++, power *= square)
            sum += BernoulliNumbers[k - 1] / power;
        return sum + steps;
    }

    /// <summary>The inverse of erf, by Newton's method from an approximation of S. Winitzki.</summary>
    /// <param name="y">Between −1 and 1.</param>
    public static BigReal ErfInverse(BigReal y)
    {
        if (y.IsZero)
            return y;
        double size = Math.Abs(y.ToDouble()), log = Math.Log(BigReal.Abs((1 - y) * (1 + y)).ToDouble()), part = (2 / (Math.PI * 0.147)) + (log / 2);
        BigReal x = y.Sign * (size < 1e-3 ? 0.886 * size : Math.Sqrt(Math.Sqrt((part * part) - (log / 0.147)) - part));
        for (int step = 0; step < 8; step++)
            x -= (Erf(x) - y) / ErfSlope(x);
        return x;
    }

    // B₂, B₄ and so on, from the tangent numbers, which are sums of positive integers (R. P. Brent and D. Harvey, 2013).
    private static List<BigReal> Bernoulli()
    {
        const int count = 40;
        BigReal[] tangents = new BigReal[count + 1];
        tangents[1] = 1;
        for (int k = 2; k <= count; k++)
            tangents[k] = (k - 1) * tangents[k - 1];
        for (int k = 2; k <= count; k++)
        {
            for (int j = k; j <= count; j++)
                tangents[j] = ((j - k) * tangents[j - 1]) + ((j - k + 2) * tangents[j]);
        }

        List<BigReal> numbers = [];
        for (int n = 1; n <= count; n++)
        {
            BigReal power = BigReal.Scale(1, 2 * n);
            numbers.Add((n % 2 == 1 ? 1 : -1) * 2 * n * tangents[n] / (power * (power - 1)));
        }

        return numbers;
    }

    public static BigReal ErfSlope(BigReal x) => 2 * Exp(-(x * x)) / RootOfPi;

    public static BigReal Cbrt(BigReal x) => x.IsZero ? x : x.Sign < 0 ? -Cbrt(-x) : Exp(Log(x) / 3);

    // e^(−x²)/(√π)·1/(x + ½/(x + 1/(x + 1½/(x + …)))), evaluated from its end.
    private static BigReal ErfComplementFar(BigReal x)
    {
        if (x > 1000)
            return BigReal.Scale(1, -2_000_000);
        BigReal fraction = x;
        for (int k = 160; k >= 1; k--)
            fraction = x + (BigReal.Scale(k, -1) / fraction);
        return Exp(-(x * x)) / (RootOfPi * fraction);
    }

    private static BigReal ExpReduced(BigReal x)
    {
        // Far beyond every floating-point number.
        if (x.Magnitude > 20)
            return x.Sign < 0 ? BigReal.Scale(1, -2_000_000) : BigReal.Scale(1, 2_000_000);
        BigInteger n = BigReal.Reduce(x, LogarithmOfTwo, out BigReal rest);
        BigReal power = ExpM1Series(BigReal.Scale(rest, -8)) + 1;
        for (int i = 0; i < 8; i++)
            power *= power;
        return BigReal.Scale(power, (long)n);
    }

    private static BigReal ExpM1Series(BigReal x)
    {
        BigReal term = x, sum = x;
        for (int k = 2; !term.IsZero && term.Magnitude - sum.Magnitude > -BigReal.Bits; k++)
        {
            term = term * x / k;
            sum += term;
        }

        return sum;
    }

    private static BigReal AtanhSeries(BigReal z)
    {
        BigReal square = z * z, power = z, sum = z;
        for (int k = 3; !power.IsZero && power.Magnitude - sum.Magnitude > -BigReal.Bits; k += 2)
        {
            power *= square;
            sum += power / k;
        }

        return sum;
    }

    private static (BigReal Sin, BigReal Cos) SinCos(BigReal x)
    {
        int quadrant = (int)(((BigReal.Reduce(x, BigReal.Scale(LongPi, -1), out BigReal r) % 4) + 4) % 4);
        BigReal square = r * r, term = r, sin = r;
        for (int k = 2; !term.IsZero && term.Magnitude - sin.Magnitude > -BigReal.Bits; k += 2)
        {
            term = -(term * square) / (k * (k + 1));
            sin += term;
        }

        BigReal cos = 1;
        term = 1;
        for (int k = 1; !term.IsZero && term.Magnitude > -BigReal.Bits; k += 2)
        {
            term = -(term * square) / (k * (k + 1));
            cos += term;
        }

        return quadrant switch { 0 => (sin, cos), 1 => (cos, -sin), 2 => (-sin, -cos), _ => (-cos, sin) };
    }

    // 16·atan(1/5) − 4·atan(1/239), in integers.
    private static BigReal MachinPi()
    {
        static BigInteger InverseTangent(int n, int bits)
        {
            BigInteger power = (BigInteger.One << bits) / n, sum = power;
            for (int k = 3, sign = -1; !power.IsZero; k += 2, sign = -sign)
            {
                power /= n * n;
                sum += sign * (power / k);
            }

            return sum;
        }

        int bits = BitsOfPi + 64;
        return new((16 * InverseTangent(5, bits)) - (4 * InverseTangent(239, bits)), -bits);
    }
}
