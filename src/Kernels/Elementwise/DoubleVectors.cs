using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>
/// Functions of double vectors whose result for one element does not depend on its neighbours. .NET's functions switch to another method, with other bits, for
/// the whole vector if one element is large.
/// </summary>
internal static class DoubleVectors
{
    // Adding this number leaves the nearest integer in the low bits of the sum.
    private const double Rounding = 6755399441055744;
    private const double InverseLogarithmOfTwo = 1.44269504088896340736;

    // From here on, an exponential needs two factors that are powers of two.
    private const double OrdinaryBound = 708;

    // Up to here, the fused product of the number of quarter turns and the first part of π/2 loses no digits.
    private const double TurnBound = 1 << 19;

    // π/2 in three parts.
    private const double HalfPi1 = 1.57079632679489655800e+00;
    private const double HalfPi2 = 6.12323399573676603587e-17;
    private const double HalfPi3 = -1.49738490485916983294e-33;

    /// <summary>eˣ.</summary><param name="x">The argument.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Exp(Vector<double> x) =>
    Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(OrdinaryBound)) ? ExpOfOrdinary(x) : ExpOfAny(x);

    /// <summary>Sine.</summary><param name="x">Radians.</param>
    public static Vector<double> Sin(Vector<double> x)
    {
        (Vector<double> sine, Vector<double> cosine, Vector<long> quadrant) = SinCosOfRest(Near(x));
        Vector<double> value = SignedBy(quadrant, Vector.ConditionalSelect(Vector.AsVectorDouble(IsOdd(quadrant)), cosine, sine));
        return IsNear(x) ? value : OneByOne(x, value, Math.Sin);
    }

    /// <summary>Cosine.</summary><param name="x">Radians.</param>
    public static Vector<double> Cos(Vector<double> x)
    {
        (Vector<double> sine, Vector<double> cosine, Vector<long> quadrant) = SinCosOfRest(Near(x));
        Vector<double> value = SignedBy(quadrant + Vector<long>.One, Vector.ConditionalSelect(Vector.AsVectorDouble(IsOdd(quadrant)), sine, cosine));
        return IsNear(x) ? value : OneByOne(x, value, Math.Cos);
    }

    /// <summary>Tangent.</summary><param name="x">Radians.</param>
    public static Vector<double> Tan(Vector<double> x)
    {
        (Vector<double> sine, Vector<double> cosine, Vector<long> quadrant) = SinCosOfRest(Near(x));
        Vector<double> isOdd = Vector.AsVectorDouble(IsOdd(quadrant));
        Vector<double> value = Vector.ConditionalSelect(isOdd, -cosine, sine) / Vector.ConditionalSelect(isOdd, sine, cosine);
        return IsNear(x) ? value : OneByOne(x, value, Math.Tan);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> ExpOfOrdinary(Vector<double> x)
    {
        Vector<double> shifted = Vector.FusedMultiplyAdd(x, Vector.Create(InverseLogarithmOfTwo), Vector.Create(Rounding));
        Vector<double> p = ExpOfRest(x, shifted - Vector.Create(Rounding));

        // Adding n to the exponent's bits multiplies by 2ⁿ.
        return Vector.AsVectorDouble(Vector.AsVectorInt64(p) + Vector.ShiftLeft(Vector.AsVectorInt64(shifted), 52));
    }

    // Two factors reach the subnormal numbers and infinity; if x is NaN, so is the result.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<double> ExpOfAny(Vector<double> x)
    {
        Vector<double> bounded = Vector.Max(Vector.Create(-746.0), Vector.Min(Vector.Create(710.0), x));
        bounded = Vector.ConditionalSelect(Vector.Equals(x, x), bounded, Vector<double>.Zero);
        Vector<double> n = Vector.FusedMultiplyAdd(bounded, Vector.Create(InverseLogarithmOfTwo), Vector.Create(Rounding)) - Vector.Create(Rounding);
        Vector<long> whole = Vector.ConvertToInt64(n), half = Vector.ShiftRightArithmetic(whole, 1), bias = Vector.Create(1023L);
        Vector<double> result = ExpOfRest(bounded, n) * Vector.AsVectorDouble(Vector.ShiftLeft(half + bias, 52))
            * Vector.AsVectorDouble(Vector.ShiftLeft(whole - half + bias, 52));
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }

    // exp(x − n·log 2), where n is the integer nearest to x/log 2. log 2 has two parts, and the series goes to the thirteenth power.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> ExpOfRest(Vector<double> x, Vector<double> n)
    {
        Vector<double> r = Vector.FusedMultiplyAdd(n, Vector.Create(-6.93147180369123816490e-01), x);
        r = Vector.FusedMultiplyAdd(n, Vector.Create(-1.90821492927058770002e-10), r);
        Vector<double> p = Vector.Create(1.6059043836821613e-10);
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(2.08767569878681e-09));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(2.505210838544172e-08));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(2.755731922398589e-07));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(2.7557319223985893e-06));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(2.48015873015873e-05));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(0.0001984126984126984));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(0.001388888888888889));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(0.008333333333333333));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(0.041666666666666664));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(0.16666666666666666));
        p = Vector.FusedMultiplyAdd(p, r, Vector.Create(0.5));
        return Vector.FusedMultiplyAdd(p, r * r, r) + Vector<double>.One;
    }

    private static bool IsNear(Vector<double> x) => Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(TurnBound));

    private static Vector<double> Near(Vector<double> x) =>
        Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(x), Vector.Create(TurnBound)), x, Vector<double>.Zero);

    private static Vector<long> IsOdd(Vector<long> quadrant) => Vector.Equals(quadrant & Vector<long>.One, Vector<long>.One);

    // The second bit of the quadrant flips the sign.
    private static Vector<double> SignedBy(Vector<long> quadrant, Vector<double> x) =>
        Vector.AsVectorDouble(Vector.AsVectorInt64(x) ^ Vector.ShiftLeft(Vector.ShiftRightLogical(quadrant, 1), 63));

    // x = quadrant·π/2 + r + low with |r| ≤ π/4, by the scheme of Cody and Waite with fused products; then the Taylor series in r, and the contribution of low.
    private static (Vector<double> Sine, Vector<double> Cosine, Vector<long> Quadrant) SinCosOfRest(Vector<double> x)
    {
        Vector<double> shifted = Vector.FusedMultiplyAdd(x, Vector.Create(0.63661977236758134308), Vector.Create(Rounding)),
            n = shifted - Vector.Create(Rounding);
        Vector<double> high = Vector.FusedMultiplyAdd(n, Vector.Create(-HalfPi1), x), product = n * Vector.Create(HalfPi2), r = high - product;
        Vector<double> low = high - r - product - Vector.FusedMultiplyAdd(n, Vector.Create(HalfPi2), -product) - (n * Vector.Create(HalfPi3));
        Vector<double> t = r * r, half = Vector.Create(0.5) * t, main = Vector<double>.One - half;
        Vector<double> p = Vector.Create(2.8114572543455206e-15);
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(-7.647163731819816e-13));
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(1.6059043836821613e-10));
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(-2.505210838544172e-08));
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(2.7557319223985893e-06));
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(-0.0001984126984126984));
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(0.008333333333333333));
        p = Vector.FusedMultiplyAdd(p, t, Vector.Create(-0.16666666666666666));
        Vector<double> q = Vector.Create(-1.5619206968586225e-16);
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(4.779477332387385e-14));
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(-1.1470745597729725e-11));
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(2.08767569878681e-09));
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(-2.755731922398589e-07));
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(2.48015873015873e-05));
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(-0.001388888888888889));
        q = Vector.FusedMultiplyAdd(q, t, Vector.Create(0.041666666666666664));
        Vector<double> sine = r + Vector.FusedMultiplyAdd(r * t, p, low * main),
            cosine = main + (Vector<double>.One - main - half + Vector.FusedMultiplyAdd(t * t, q, -(r * low)));
        return (Vector.ConditionalSelect(Vector.Equals(r, Vector<double>.Zero), r, sine), cosine, Vector.AsVectorInt64(shifted));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<double> OneByOne(Vector<double> x, Vector<double> near, Func<double, double> function)
    {
        for (int i = 0; i < Vector<double>.Count; i++)
        {
            if (!(Math.Abs(x[i]) <= TurnBound))
                near = near.WithElement(i, function(x[i]));
        }

        return near;
    }
}
