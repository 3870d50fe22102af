using System.Numerics;

namespace ConservativeAD.Auditor.Reference;

/// <content>Elementary functions, to about 100 bits.</content>
public readonly partial struct Wide
{
    private const int BitsOfPi = 2600;
    private const double MaximumOfExponent = 1e12;

    private static readonly BigInteger ScaledPi = MachinsPi(BitsOfPi);

    public static Wide Pi { get; } = FromBig(ScaledPi, -BitsOfPi);

    public static Wide LogOfTwo { get; } = SeriesOfLogTwo();

    /// <summary>e^x; for arguments beyond ±10¹², the value at ±10¹².</summary>
    public static Wide Exp(Wide x)
    {
        if (x.High == 0)
            return One;
        Wide argument = Abs(x) > MaximumOfExponent ? (Wide)(MaximumOfExponent * x.Sign) : x;
        double twos = Math.Round((argument / LogOfTwo).ToDouble());
        return (One + SmallExpM1(argument - (twos * LogOfTwo))).Shifted((long)twos);
    }

    public static Wide ExpM1(Wide x) => x.High != 0 && Abs(x) < 0.34 ? SmallExpM1(x) : x.High == 0 ? x : Exp(x) - One;

    /// <summary>The natural logarithm; the number is above 0.</summary>
    public static Wide Log(Wide x)
    {
        if (x.Sign <= 0)
            throw new ArithmeticException("The logarithm of a number that is not above 0 was asked for.");
        Wide significand = new(x.High, x.Low, 0);
        long exponent = x.Exponent;
        if (x.High > 1.4)
            (significand, exponent) = (significand.Shifted(-1), exponent + 1);

        // Halley's step from the double's logarithm triples its digits.
        Wide first = Math.Log(significand.ToDouble()), power = Exp(first);
        Wide result = first + ((2 * (significand - power)) / (significand + power));
        return result + ((double)exponent * LogOfTwo);
    }

    /// <summary>log(1 + x); x is above −1.</summary>
    public static Wide LogP1(Wide x)
    {
        if (x.High == 0)
            return x;
        if (x.Exponent < -60)
            return x - (x * x / 2) + (x * x * x / 3);
        if (Abs(x) > 0.25)
            return Log(One + x);
        Wide first = double.LogP1(x.ToDouble()), less = SmallExpM1(first);
        return first + ((2 * (x - less)) / (2 + x + less));
    }

    public static (Wide Sin, Wide Cos) SinCos(Wide x)
    {
        (Wide rest, int quarter) = Reduced(x);
        Wide square = rest * rest, sin = rest, cos = One, sinTerm = rest, cosTerm = One;
        for (int k = 1; k <= 15; k++)
        {
            cosTerm = -(cosTerm * square) / ((2 * k) * ((2 * k) - 1));
            sinTerm = -(sinTerm * square) / ((2 * k) * ((2 * k) + 1));
            cos += cosTerm;
            sin += sinTerm;
        }

        return quarter switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    public static Wide Atan(Wide x)
    {
        if (x.High == 0)
            return x;
        if (x.IsNegative)
            return -Atan(-x);
        if (x > One)
            return (Pi / 2) - Atan(One / x);
        if (x.Exponent < -30)
            return x - (x * x * x / 3) + (x * x * x * x * x / 5);
        Wide first = Math.Atan(x.ToDouble());
        (Wide sin, Wide cos) = SinCos(first);
        Wide turned = ((x * cos) - sin) / (cos + (x * sin));
        return first + turned - (turned * turned * turned / 3);
    }

    /// <summary>erf, of numbers of any size.</summary>
    public static Wide Erf(Wide x) => x.IsNegative ? -Erf(-x) : x < 4 ? SeriesOfErf(x) : One - Erfc(x);

    /// <summary>1 − erf, without loss for large arguments.</summary>
    public static Wide Erfc(Wide x)
    {
        if (x < 4)
            return One - Erf(x);

        // The continued fraction of Laplace, from its end.
        Wide fraction = x;
        for (int k = 200; k >= 1; k--)
            fraction = x + ((k / 2.0) / fraction);
        return Exp(-(x * x)) / (Sqrt(Pi) * fraction);
    }

    /// <summary>x^p for x above 0.</summary>
    public static Wide Pow(Wide x, Wide p)
    {
        Wide result = One;
        if (p.Low != 0 || p.Exponent > 6 || p != Floor(p))
            return p == 0.5 ? Sqrt(x) : Exp(p * Log(x));
        int count = (int)Math.Abs(p.ToDouble());
        for (int k = 0; k < count; k++)
            result *= x;
        return p.IsNegative ? One / result : result;
    }

    public static bool operator ==(Wide x, Wide y) => x.CompareTo(y) == 0;

    public static bool operator !=(Wide x, Wide y) => x.CompareTo(y) != 0;

    public override bool Equals(object? obj) => obj is Wide other && this == other;

    public override int GetHashCode() => HashCode.Combine(High, Low, Exponent);

    // e^x − 1 for small x, by the series at x/32 and five doublings.
    private static Wide SmallExpM1(Wide x)
    {
        if (x.High == 0)
            return x;
        Wide part = x.Shifted(-5), term = part, sum = part;
        for (int k = 2; k <= 16; k++)
        {
            term = term * part / k;
            sum += term;
        }

        for (int k = 0; k < 5; k++)
            sum = (sum + sum) + (sum * sum);
        return sum;
    }

    // x minus quarter turns, exact for numbers in the range of double.
    private static (Wide Left, int Quarter) Reduced(Wide x)
    {
        if (x.High == 0 || Abs(x) < 0.78)
            return (x, 0);
        if (x.Exponent > 2000)
            throw new UndecidedException("The sine of a number beyond 2^2000 was asked for.");

        // All numbers are in units of 2^−BitsOfPi.
        BigInteger scaled = x.ToBig(BitsOfPi), quarter = ScaledPi / 2;
        BigInteger turns = BigInteger.Divide((2 * scaled) + (scaled.Sign * quarter), 2 * quarter);
        Wide rest = FromBig(scaled - (turns * ScaledPi / 2), -BitsOfPi);
        return (rest, (int)(((turns % 4) + 4) % 4));
    }

    private BigInteger ToBig(int places)
    {
        static BigInteger Of(double significand, long exponent)
        {
            BigInteger whole = (BigInteger)Math.ScaleB(significand, 53);
            long shift = exponent - 53;
            return shift >= 0 ? whole << (int)shift : shift < -4000 ? BigInteger.Zero : whole >> (int)-shift;
        }

        // The lower half reaches 107 bits below the upper.
        int lowScale = 120;
        return Of(High, Exponent + places) + Of(Math.ScaleB(Low, lowScale), Exponent + places - lowScale);
    }

    private static Wide FromBig(BigInteger value, int exponent)
    {
        bool isNegative = value.Sign < 0;
        BigInteger rest = BigInteger.Abs(value);
        Wide sum = Zero;
        for (int part = 0; part < 3 && !rest.IsZero; part++)
        {
            int length = (int)rest.GetBitLength(), shift = Math.Max(0, length - 53);
            BigInteger top = rest >> shift;
            sum += ((Wide)(double)top).Shifted(shift + (long)exponent);
            rest -= top << shift;
        }

        return isNegative ? -sum : sum;
    }

    private static BigInteger MachinsPi(int bits)
    {
        static BigInteger InverseTangent(int n, int bits)
        {
            BigInteger term = (BigInteger.One << bits) / n, sum = term;
            for (int k = 1; !term.IsZero; k++)
            {
                term /= -(n * n);
                sum += term / ((2 * k) + 1);
            }

            return sum;
        }

        const int guard = 64;
        return (4 * ((4 * InverseTangent(5, bits + guard)) - InverseTangent(239, bits + guard))) >> guard;
    }

    private static Wide SeriesOfLogTwo()
    {
        // 2·artanh(1/3).
        BigInteger term = (BigInteger.One << 300) / 3, sum = term;
        for (int k = 1; !term.IsZero; k++)
        {
            term /= 9;
            sum += term / ((2 * k) + 1);
        }

        return FromBig(2 * sum, -300);
    }

    // 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!, whose terms are all positive.
    private static Wide SeriesOfErf(Wide x)
    {
        if (x.High == 0)
            return x;
        Wide square = x * x, term = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            term = term * (square + square) / ((2 * n) + 1);
            sum += term;
            if (term.Exponent < sum.Exponent - 110)
                break;
        }

        return 2 * Exp(-square) * sum / Sqrt(Pi);
    }
}
