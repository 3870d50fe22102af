using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Elementary functions in double, written with additions, products and bit operations, so that every GPU gives the same results. The fast functions of GPUs
/// are too inaccurate for gradients, and the accurate ones need a toolkit that users may not have. Polynomials are the Taylor series, cut where the next term
/// is below 10⁻¹⁹ of the result on the reduced interval. Largest errors, over 200 000 arguments each (a test): exp, log 2, sin, cos, atan 3, tan, sinh, cosh,
/// tanh 4, asin, acos 5, pow 6 ulp.
/// </summary>
internal static class DoubleFunctions
{
    // log 2 in two parts, the first of 32 bits so that its products with exponents are exact.
    private const double LogarithmOfTwoHigh = 6.93147180369123816490e-01;
    private const double LogarithmOfTwoLow = 1.90821492927058770002e-10;

    // π/2 in three parts.
    private const double HalfPi1 = 1.57079632679489655800e+00;
    private const double HalfPi2 = 6.12323399573676603587e-17;
    private const double HalfPi3 = -1.49738490485916983294e-33;
    private const double LargestReducible = 4503599627370496;
    private const double Infinity = double.PositiveInfinity;

    /// <summary>eˣ.</summary><param name="x">The argument.</param>
    public static DoubleLane Exp(DoubleLane x)
    {
        if (DoubleLane.IsNaN(x))
            return x;
        if (x > 709.782712893384)
            return Infinity;
        if (x < -745.133219101941)
            return 0;
        return ExpOfSum(x, 0);
    }

    /// <summary>The natural logarithm.</summary><param name="x">The argument.</param>
    public static DoubleLane Log(DoubleLane x)
    {
        if (!(x > 0))
            return x == 0 ? -Infinity : double.NaN;
        if (x == Infinity)
            return x;
        DoubleLane f = Mantissa(x, out int exponent) - 1;
        DoubleLane s = f / (2 + f), half = 0.5 * f * f;
        DoubleLane rest = s * (half + LogSeries(s * s));
        return (exponent * LogarithmOfTwoHigh) - (half - (rest + (exponent * LogarithmOfTwoLow)) - f);
    }

    /// <summary>Sine; NaN if |x| is above 2⁵², where the argument reduction has no accurate digit.</summary><param name="x">Radians.</param>
    public static DoubleLane Sin(DoubleLane x)
    {
        DoubleLane r = Reduced(x, out DoubleLane low, out int quadrant);
        DoubleLane value = (quadrant & 1) == 0 ? SinOfRest(r, low) : CosOfRest(r, low);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /// <summary>Cosine; NaN if |x| is above 2⁵².</summary><param name="x">Radians.</param>
    public static DoubleLane Cos(DoubleLane x)
    {
        DoubleLane r = Reduced(x, out DoubleLane low, out int quadrant);
        DoubleLane value = (quadrant & 1) == 0 ? CosOfRest(r, low) : SinOfRest(r, low);
        return quadrant is 1 or 2 ? -value : value;
    }

    /// <summary>Sine and cosine of π·x.</summary><param name="x">Half turns, of at most 2³⁰.</param><param name="cosine">The cosine.</param>
    public static DoubleLane SinCosPi(DoubleLane x, out DoubleLane cosine)
    {
        DoubleLane n = DoubleLane.Floor((2 * x) + 0.5), r = (x - (0.5 * n)) * (2 * HalfPi1);
        int quadrant = (int)(n - (4 * DoubleLane.Floor(0.25 * n)));
        DoubleLane s = SinOfRest(r, 0), c = CosOfRest(r, 0);
        cosine = quadrant == 0 ? c : quadrant == 1 ? -s : quadrant == 2 ? -c : s;
        return quadrant == 0 ? s : quadrant == 1 ? c : quadrant == 2 ? -s : -c;
    }

    /// <summary>Tangent; NaN if |x| is above 2⁵².</summary><param name="x">Radians.</param>
    public static DoubleLane Tan(DoubleLane x)
    {
        DoubleLane r = Reduced(x, out DoubleLane low, out int quadrant);
        DoubleLane sine = SinOfRest(r, low), cosine = CosOfRest(r, low);
        return (quadrant & 1) == 0 ? sine / cosine : -cosine / sine;
    }

    /// <summary>Inverse tangent.</summary><param name="x">The argument.</param>
    public static DoubleLane Atan(DoubleLane x)
    {
        if (DoubleLane.IsNaN(x))
            return x;
        DoubleLane y = DoubleLane.Abs(x);
        DoubleLane angle = y > 1 ? HalfPi1 - AtanUpToOne(1 / y) + HalfPi2 : AtanUpToOne(y);
        return x < 0 ? -angle : x == 0 ? x : angle;
    }

    /// <summary>Inverse sine.</summary><param name="x">In [−1, 1].</param>
    public static DoubleLane Asin(DoubleLane x) => Atan(x / DoubleLane.Sqrt((1 - x) * (1 + x)));

    /// <summary>Inverse cosine.</summary><param name="x">In [−1, 1].</param>
    public static DoubleLane Acos(DoubleLane x) => 2 * Atan(DoubleLane.Sqrt((1 - x) / (1 + x)));

    /// <summary>Hyperbolic sine.</summary><param name="x">The argument.</param>
    public static DoubleLane Sinh(DoubleLane x)
    {
        DoubleLane y = DoubleLane.Abs(x);
        if (y < 1)
            return SinhNearZero(x);
        DoubleLane e = Exp(0.5 * y), value = y > 40 ? 0.5 * e * e : 0.5 * ((e * e) - (1 / (e * e)));
        if (y <= 700)
        {
            e = Exp(y);
            value = 0.5 * (e - (1 / e));
        }

        return x < 0 ? -value : value;
    }

    /// <summary>Hyperbolic cosine.</summary><param name="x">The argument.</param>
    public static DoubleLane Cosh(DoubleLane x)
    {
        DoubleLane y = DoubleLane.Abs(x);
        if (y > 700)
        {
            DoubleLane root = Exp(0.5 * y);
            return 0.5 * root * root;
        }

        DoubleLane e = Exp(y);
        return 0.5 * (e + (1 / e));
    }

    /// <summary>Hyperbolic tangent.</summary><param name="x">The argument.</param>
    public static DoubleLane Tanh(DoubleLane x)
    {
        DoubleLane y = DoubleLane.Abs(x);
        if (y < 0.55)
        {
            DoubleLane sinh = SinhNearZero(x);
            return sinh / DoubleLane.Sqrt(1 + (sinh * sinh));
        }

        DoubleLane value = y > 20 ? 1 : 1 - (2 / (Exp(2 * y) + 1));
        return DoubleLane.IsNaN(x) ? x : x < 0 ? -value : value;
    }

    /// <summary>a to the power b, with the special cases of <see cref="Math.Pow"/>.</summary><param name="a">Base.</param><param name="b">Exponent.</param>
    public static DoubleLane Pow(DoubleLane a, DoubleLane b)
    {
        if (b == 0 || a == 1)
            return 1;
        if (DoubleLane.IsNaN(a) || DoubleLane.IsNaN(b))
            return double.NaN;
        DoubleLane size = DoubleLane.Abs(a), exponent = DoubleLane.Abs(b);
        bool isWhole = exponent == Infinity || DoubleLane.Floor(b) == b;
        bool isOdd = isWhole && exponent < 9007199254740992 && DoubleLane.Floor(0.5 * b) != 0.5 * b;
        bool isNegative = isOdd && (a < 0 || (a == 0 && 1 / a < 0));
        DoubleLane value;
        if (size == 0)
            value = b > 0 ? 0 : Infinity;
        else if (exponent == Infinity)
            value = size == 1 ? 1 : (size > 1) == (b > 0) ? Infinity : 0;
        else if (size == Infinity)
            value = b > 0 ? Infinity : 0;
        else if (a < 0 && !isWhole)
            return double.NaN;
        else
            value = PowOfPositive(size, b);
        return isNegative ? -value : value;
    }

    // The logarithm as the sum of two numbers, because its error is multiplied by the exponent.
    private static DoubleLane PowOfPositive(DoubleLane a, DoubleLane b)
    {
        DoubleLane f = Mantissa(a, out int k) - 1;
        DoubleLane d = 2 + f, dLow = f - (d - 2), s = f / d;
        DoubleLane sLow = (DoubleLane.MultiplyAdd(-s, d, f) - (s * dLow)) / d;
        // log(1 + f) = 2s + s·(⅔s² + …); the series is small against 2s.
        DoubleLane tail = (2 * sLow) + (s * LogSeries(s * s));
        DoubleLane main = k * LogarithmOfTwoHigh, high = main + (2 * s);
        DoubleLane low = (main == 0 ? 0 : 2 * s - (high - main)) + tail + (k * LogarithmOfTwoLow);
        DoubleLane sum = high + low;
        low = low - (sum - high);
        DoubleLane p = b * sum, error = DoubleLane.MultiplyAdd(b, sum, -p) + (b * low);
        if (p > 709.79)
            return Infinity;
        if (p < -745.2)
            return 0;
        return ExpOfSum(p, error);
    }

    // exp(x + low), for x where it neither overflows nor underflows.
    private static DoubleLane ExpOfSum(DoubleLane x, DoubleLane low)
    {
        DoubleLane n = DoubleLane.Floor((x * 1.44269504088896340736) + 0.5);
        DoubleLane high = DoubleLane.MultiplyAdd(n, -LogarithmOfTwoHigh, x), small = low - (n * LogarithmOfTwoLow);
        DoubleLane r = high + small;
        small -= r - high;
        DoubleLane p = 1.6059043836821613e-10;
        p = DoubleLane.MultiplyAdd(p, r, 2.08767569878681e-09);
        p = DoubleLane.MultiplyAdd(p, r, 2.505210838544172e-08);
        p = DoubleLane.MultiplyAdd(p, r, 2.755731922398589e-07);
        p = DoubleLane.MultiplyAdd(p, r, 2.7557319223985893e-06);
        p = DoubleLane.MultiplyAdd(p, r, 2.48015873015873e-05);
        p = DoubleLane.MultiplyAdd(p, r, 0.0001984126984126984);
        p = DoubleLane.MultiplyAdd(p, r, 0.001388888888888889);
        p = DoubleLane.MultiplyAdd(p, r, 0.008333333333333333);
        p = DoubleLane.MultiplyAdd(p, r, 0.041666666666666664);
        p = DoubleLane.MultiplyAdd(p, r, 0.16666666666666666);
        p = DoubleLane.MultiplyAdd(p, r, 0.5);
        DoubleLane value = 1 + (r + DoubleLane.MultiplyAdd(r * r, p, small));
        // Two factors reach the subnormal numbers and the largest ones.
        int whole = (int)n, half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    // Σ 2/(2j + 1)·tʲ over j ≥ 1, for t up to 0.0295.
    private static DoubleLane LogSeries(DoubleLane t)
    {
        DoubleLane p = 2.0 / 23;
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 21);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 19);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 17);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 15);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 13);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 11);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 9);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 7);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 5);
        p = DoubleLane.MultiplyAdd(p, t, 2.0 / 3);
        return p * t;
    }

    // x = mantissa·2^exponent, the mantissa from √½ to √2.
    private static DoubleLane Mantissa(DoubleLane x, out int exponent)
    {
        int shift = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984;
            shift = 54;
        }

        ulong bits = Interop.FloatAsInt(x.Value);
        exponent = (int)(bits >> 52) - 1023 - shift;
        DoubleLane mantissa = Interop.IntAsFloat((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        return mantissa;
    }

    private static DoubleLane PowerOfTwo(int exponent) => Interop.IntAsFloat((ulong)(exponent + 1023) << 52);

    // x = quadrant·π/2 + r + low with |r| ≤ π/4, by the scheme of Cody and Waite with fused products.
    private static DoubleLane Reduced(DoubleLane x, out DoubleLane low, out int quadrant)
    {
        low = 0;
        quadrant = 0;
        if (!(DoubleLane.Abs(x) <= LargestReducible))
            return double.NaN;
        DoubleLane n = DoubleLane.Floor((x * 0.63661977236758134308) + 0.5);
        quadrant = (int)(n - (4 * DoubleLane.Floor(0.25 * n)));
        DoubleLane high = DoubleLane.MultiplyAdd(n, -HalfPi1, x);
        DoubleLane product = n * HalfPi2, r = high - product;
        low = high - r - product - DoubleLane.MultiplyAdd(n, HalfPi2, -product) - (n * HalfPi3);
        return r;
    }

    private static DoubleLane SinOfRest(DoubleLane r, DoubleLane low)
    {
        DoubleLane t = r * r;
        DoubleLane p = 2.8114572543455206e-15;
        p = DoubleLane.MultiplyAdd(p, t, -7.647163731819816e-13);
        p = DoubleLane.MultiplyAdd(p, t, 1.6059043836821613e-10);
        p = DoubleLane.MultiplyAdd(p, t, -2.505210838544172e-08);
        p = DoubleLane.MultiplyAdd(p, t, 2.7557319223985893e-06);
        p = DoubleLane.MultiplyAdd(p, t, -0.0001984126984126984);
        p = DoubleLane.MultiplyAdd(p, t, 0.008333333333333333);
        p = DoubleLane.MultiplyAdd(p, t, -0.16666666666666666);
        return r == 0 ? r : r + DoubleLane.MultiplyAdd(r * t, p, low * (1 - (0.5 * t)));
    }

    private static DoubleLane CosOfRest(DoubleLane r, DoubleLane low)
    {
        DoubleLane t = r * r;
        DoubleLane p = -1.5619206968586225e-16;
        p = DoubleLane.MultiplyAdd(p, t, 4.779477332387385e-14);
        p = DoubleLane.MultiplyAdd(p, t, -1.1470745597729725e-11);
        p = DoubleLane.MultiplyAdd(p, t, 2.08767569878681e-09);
        p = DoubleLane.MultiplyAdd(p, t, -2.755731922398589e-07);
        p = DoubleLane.MultiplyAdd(p, t, 2.48015873015873e-05);
        p = DoubleLane.MultiplyAdd(p, t, -0.001388888888888889);
        p = DoubleLane.MultiplyAdd(p, t, 0.041666666666666664);
        DoubleLane half = 0.5 * t, main = 1 - half;
        return main + (1 - main - half + DoubleLane.MultiplyAdd(t * t, p, -(r * low)));
    }

    // For arguments from 0 to 1, by the tangent of the difference to one of four angles.
    private static DoubleLane AtanUpToOne(DoubleLane y)
    {
        DoubleLane tangent = y > 0.8 ? 1 : y > 0.55 ? 0.65 : y > 0.2 ? 0.35 : 0;
        DoubleLane angle = y > 0.8 ? 0.785398163397448309616 : y > 0.55 ? 0.576375220591183673 : y > 0.2 ? 0.336674819386727178 : 0;
        DoubleLane z = (y - tangent) / DoubleLane.MultiplyAdd(y, tangent, 1), t = z * z;
        DoubleLane p = 1.0 / 27;
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 25);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 23);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 21);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 19);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 17);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 15);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 13);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 11);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 9);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 7);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 5);
        p = DoubleLane.MultiplyAdd(-p, t, 1.0 / 3);
        return angle + (z - (z * t * p));
    }

    // Up to 1: the series to x¹⁹.
    private static DoubleLane SinhNearZero(DoubleLane x)
    {
        DoubleLane t = x * x;
        DoubleLane p = 8.22063524662433e-18;
        p = DoubleLane.MultiplyAdd(p, t, 2.8114572543455206e-15);
        p = DoubleLane.MultiplyAdd(p, t, 7.647163731819816e-13);
        p = DoubleLane.MultiplyAdd(p, t, 1.6059043836821613e-10);
        p = DoubleLane.MultiplyAdd(p, t, 2.505210838544172e-08);
        p = DoubleLane.MultiplyAdd(p, t, 2.7557319223985893e-06);
        p = DoubleLane.MultiplyAdd(p, t, 0.0001984126984126984);
        p = DoubleLane.MultiplyAdd(p, t, 0.008333333333333333);
        p = DoubleLane.MultiplyAdd(p, t, 0.16666666666666666);
        return DoubleLane.MultiplyAdd(x * t, p, x);
    }
}
