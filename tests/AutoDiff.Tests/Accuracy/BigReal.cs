using System.Numerics;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>A real number with 192 bits and any exponent, the reference for elementary functions. There are no infinities and NaN.</summary>
/// <param name="mantissa">An integer.</param>
/// <param name="exponent">The power of two that multiplies it.</param>
internal readonly struct BigReal(BigInteger mantissa, long exponent) : IComparable<BigReal>
{
    public const int Bits = 192;

    private readonly BigInteger mantissa = mantissa;
    private readonly long exponent = exponent;

    public int Sign => mantissa.Sign;

    public bool IsZero => mantissa.IsZero;

    /// <summary>The position of the leading bit: |x| lies between 2 to this power and twice that.</summary>
    public long Magnitude => IsZero ? long.MinValue / 4 : exponent + (long)BigInteger.Abs(mantissa).GetBitLength() - 1;

    public static implicit operator BigReal(int value) => new(value, 0);

    public static implicit operator BigReal(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers have an exact value.");
        long bits = BitConverter.DoubleToInt64Bits(value);
        int power = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        BigInteger mantissa = power == 0 ? fraction : fraction | 0x10000000000000;
        return new(bits < 0 ? -mantissa : mantissa, (power == 0 ? 1 : power) - 1075);
    }

    public static BigReal operator -(BigReal x) => new(-x.mantissa, x.exponent);

    public static BigReal operator +(BigReal x, BigReal y)
    {
        if (x.IsZero)
            return y;
        if (y.IsZero)
            return x;
        if (x.exponent < y.exponent)
            (x, y) = (y, x);
        long shift = x.exponent - y.exponent;

        // A summand smaller than the last bit only changes the rounding, which does not matter here.
        if (x.Magnitude - y.Magnitude > (2 * Bits) + 4)
            return x;
        if (y.Magnitude - x.Magnitude > (2 * Bits) + 4)
            return y;
        return Rounded((x.mantissa << (int)shift) + y.mantissa, y.exponent);
    }

    public static BigReal operator -(BigReal x, BigReal y) => x + -y;

    public static BigReal operator *(BigReal x, BigReal y) => Rounded(x.mantissa * y.mantissa, x.exponent + y.exponent);

    public static BigReal operator /(BigReal x, BigReal y)
    {
        if (y.IsZero)
            throw new DivideByZeroException();
        int shift = Math.Max(0, Bits + 8 - (int)(x.mantissa.GetBitLength() - y.mantissa.GetBitLength()));
        return Rounded((x.mantissa << shift) / y.mantissa, x.exponent - y.exponent - shift);
    }

    public static bool operator <(BigReal x, BigReal y) => (x - y).Sign < 0;

    public static bool operator >(BigReal x, BigReal y) => (x - y).Sign > 0;

    public static BigReal Abs(BigReal x) => x.Sign < 0 ? -x : x;

    public static BigReal Scale(BigReal x, long power) => new(x.mantissa, x.exponent + power);

    public static BigReal Sqrt(BigReal x)
    {
        if (x.Sign <= 0)
            return 0;
        int shift = (2 * Bits) + 16 - (int)x.mantissa.GetBitLength();
        shift = Math.Max(shift, 0);
        if (((x.exponent - shift) & 1) != 0)
            shift++;
        BigInteger value = x.mantissa << shift, root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + (value / root)) >> 1;
            if (next >= root)
                return Rounded(root, (x.exponent - shift) / 2);
            root = next;
        }
    }

    /// <summary>The integer nearest to x/unit, with all bits of both, and the remainder of x.</summary>
    /// <param name="x">The number.</param>
    /// <param name="unit">A unit with as many bits as the quotient needs.</param>
    /// <param name="rest">x minus this number of units.</param>
    public static BigInteger Reduce(BigReal x, BigReal unit, out BigReal rest)
    {
        long low = Math.Min(x.exponent, unit.exponent);
        BigInteger number = x.mantissa << (int)(x.exponent - low), one = unit.mantissa << (int)(unit.exponent - low);
        BigInteger quotient = BigInteger.Divide((2 * number) + (number.Sign < 0 ? -one : one), 2 * one);
        rest = Rounded(number - (quotient * one), low);
        return quotient;
    }

    public int CompareTo(BigReal other) => (this - other).Sign;

    /// <summary>The nearest double; for first guesses.</summary>
    public double ToDouble()
    {
        if (IsZero)
            return 0;
        BigReal short64 = Rounded(mantissa, exponent, 62);
        return Math.ScaleB((double)short64.mantissa, (int)Math.Clamp(short64.exponent, -4000, 4000));
    }

    /// <summary>The nearest number with a mantissa of this many bits; ties do not occur for inexact numbers.</summary>
    public BigReal RoundTo(int bits) => Rounded(mantissa, exponent, bits);

    private static BigReal Rounded(BigInteger mantissa, long exponent, int bits = Bits)
    {
        int excess = (int)BigInteger.Abs(mantissa).GetBitLength() - bits;
        if (excess <= 0)
            return new(mantissa, exponent);
        BigInteger half = BigInteger.One << (excess - 1);
        return new((mantissa + half) >> excess, exponent + excess);
    }
}
