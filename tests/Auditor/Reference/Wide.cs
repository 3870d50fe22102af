using System.Globalization;

namespace ConservativeAD.Auditor.Reference;

/// <summary>
/// A real number with 106 bits and an exponent of 64: (High + Low)·2^Exponent with 1 ≤ |High| &lt; 2, or 0. It neither overflows nor underflows.
/// </summary>
/// <remarks>Double-double arithmetic: T. Dekker, Numer. Math. 18 (1971); Y. Hida, X. Li and D. Bailey, ARITH-15 (2001).</remarks>
public readonly partial struct Wide : IComparable<Wide>
{
    // Beyond this many places, the smaller summand does not change the last bit.
    private const int Places = 130;

    private Wide(double high, double low, long exponent) => (High, Low, Exponent) = (high, low, exponent);

    public static Wide Zero => default;

    public static Wide One { get; } = 1;

    public double High { get; }

    public double Low { get; }

    public long Exponent { get; }

    public bool IsZero => High == 0;

    /// <summary>−1, 0 or 1.</summary>
    public int Sign => Math.Sign(High);

    /// <summary>Whether the number, possibly 0, has a minus sign.</summary>
    public bool IsNegative => double.IsNegative(High);

    public static implicit operator Wide(double value) => Normal(value, 0, 0);

    public static Wide operator -(Wide x) => new(-x.High, -x.Low, x.Exponent);

    public static Wide operator +(Wide x, Wide y)
    {
        if (x.High == 0)
            return y.High == 0 ? new Wide(x.High + y.High, 0, 0) : y;
        if (y.High == 0)
            return x;
        if (x.Exponent < y.Exponent)
            (x, y) = (y, x);
        long distance = x.Exponent - y.Exponent;
        if (distance > Places)
            return x;
        double scale = Math.ScaleB(1, -(int)distance), yHigh = y.High * scale, yLow = y.Low * scale;
        (double sum, double rest) = Exact(x.High, yHigh);
        (double low, double lowRest) = Exact(x.Low, yLow);
        (sum, rest) = Ordered(sum, rest + low);
        (sum, rest) = Ordered(sum, rest + lowRest);
        return Normal(sum, rest, x.Exponent);
    }

    public static Wide operator -(Wide x, Wide y) => x + (-y);

    public static Wide operator *(Wide x, Wide y)
    {
        double product = x.High * y.High;
        if (product == 0)
            return new Wide(product, 0, 0);
        double rest = Math.FusedMultiplyAdd(x.High, y.High, -product) + ((x.High * y.Low) + (x.Low * y.High));
        return Normal(product, rest, x.Exponent + y.Exponent);
    }

    /// <summary>The quotient; the divisor is not 0.</summary>
    public static Wide operator /(Wide x, Wide y)
    {
        if (y.High == 0)
            throw new DivideByZeroException("A wide number was divided by 0.");
        if (x.High == 0)
            return new Wide(x.High / y.High, 0, 0);
        Wide divisor = new(y.High, y.Low, 0), rest = new(x.High, x.Low, 0);
        Wide quotient = Zero;
        for (int digit = 0; digit < 3; digit++)
        {
            Wide part = rest.ToDouble() / y.High;
            quotient += part;
            rest -= part * divisor;
        }

        return quotient.Shifted(x.Exponent - y.Exponent);
    }

    public static bool operator <(Wide x, Wide y) => x.CompareTo(y) < 0;

    public static bool operator >(Wide x, Wide y) => x.CompareTo(y) > 0;

    public static bool operator <=(Wide x, Wide y) => x.CompareTo(y) <= 0;

    public static bool operator >=(Wide x, Wide y) => x.CompareTo(y) >= 0;

    public static Wide Abs(Wide x) => x.IsNegative ? -x : x;

    /// <summary>The root; the number is not below 0.</summary>
    public static Wide Sqrt(Wide x)
    {
        if (x.High == 0)
            return x;
        long half = x.Exponent >> 1;
        Wide significand = new Wide(x.High, x.Low, 0).Shifted(x.Exponent - (2 * half));
        Wide root = Math.Sqrt(significand.ToDouble());
        for (int step = 0; step < 2; step++)
            root += (significand - (root * root)) / (root + root);
        return root.Shifted(half);
    }

    /// <summary>The largest integer that is not above x; x itself beyond 2¹⁰⁶.</summary>
    public static Wide Floor(Wide x)
    {
        if (x.Exponent >= 106 || x.High == 0)
            return x;
        if (x.Exponent < 0)
            return x.IsNegative ? -1 : 0;
        double high = Math.ScaleB(x.High, (int)x.Exponent), low = Math.ScaleB(x.Low, (int)x.Exponent), floor = Math.Floor(high);
        return floor == high ? (Wide)floor + Math.Floor(low) : (Wide)floor;
    }

    /// <summary>x·2^places.</summary>
    public Wide Shifted(long places) => High == 0 ? this : new Wide(High, Low, Exponent + places);

    /// <summary>The number as a double; beyond its range infinite, below it 0.</summary>
    public double ToDouble() => High == 0 ? High : Math.ScaleB(High + Low, (int)Math.Clamp(Exponent, -3000, 3000));

    /// <summary>Whether a significand with this many bits holds the number.</summary>
    public bool Fits(int bits) => Low == 0 && (bits >= 53 || High == 0 || Math.ScaleB(High, bits - 1) == Math.Floor(Math.ScaleB(High, bits - 1)));

    public int CompareTo(Wide other)
    {
        if (High != 0 && other.High != 0 && Sign == other.Sign && Exponent != other.Exponent)
            return Exponent > other.Exponent ? Sign : -Sign;
        return (this - other).Sign;
    }

    public override string ToString() =>
        double.IsFinite(ToDouble()) && (ToDouble() != 0 || IsZero) ? ToDouble().ToString("R", CultureInfo.InvariantCulture) : $"{High}·2^{Exponent}";

    private static Wide Normal(double high, double low, long exponent)
    {
        if (!double.IsFinite(high))
            throw new ArgumentOutOfRangeException(nameof(high), high, "A wide number was to be made of a number that is not finite.");
        if (high == 0)
            return low == 0 ? new Wide(high, 0, 0) : Normal(low, 0, exponent);
        (high, low) = Ordered(high, low);
        if (high == 0)
            return default;
        int shift = Math.ILogB(high);
        if (shift == 0)
            return new Wide(high, low, exponent);
        return new Wide(Math.ScaleB(high, -shift), Math.ScaleB(low, -shift), exponent + shift);
    }

    private static (double Sum, double Left) Exact(double a, double b)
    {
        double sum = a + b, part = sum - a;
        return (sum, (a - (sum - part)) + (b - part));
    }

    private static (double Sum, double Left) Ordered(double a, double b)
    {
        double sum = a + b;
        return (sum, b - (sum - a));
    }
}
