namespace ConservativeAD.Kernels.Elementwise;

/// <summary>Functions built from those of <see cref="ILane{L}"/>, for any lane.</summary>
public static class Lane
{
    // Up to here erf is computed directly; beyond, as 1 minus its complement.
    private const double ErfNearZero = 0.46875;

    /// <summary>0.</summary><typeparam name="L">The lane type.</typeparam>
    public static L Zero<L>()
        where L : struct, ILane<L> => L.Constant(0);

    /// <summary>1.</summary><typeparam name="L">The lane type.</typeparam>
    public static L One<L>()
        where L : struct, ILane<L> => L.Constant(1);

    /// <summary><paramref name="then"/> where a &lt; b, <paramref name="otherwise"/> elsewhere.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="a">Left side.</param>
    /// <param name="b">Right side.</param>
    /// <param name="then">Taken where true.</param>
    /// <param name="otherwise">Taken where false.</param>
    public static L IfLess<L>(L a, L b, L then, L otherwise)
        where L : struct, ILane<L> => L.IfGreater(b, a, then, otherwise);

    /// <summary>−1, 0 or 1 by the sign; NaN for NaN.</summary><typeparam name="L">The lane type.</typeparam><param name="x">The number.</param>
    public static L Sign<L>(L x)
        where L : struct, ILane<L> => Sign(x, L.Constant(0));

    /// <summary>−1 or 1 by the sign, and a given value at 0; NaN for NaN.</summary>
    /// <typeparam name="L">The lane type.</typeparam><param name="x">The number.</param><param name="atZero">The value where x = 0.</param>
    public static L Sign<L>(L x, L atZero)
        where L : struct, ILane<L> =>
        L.IfGreater(x, L.Constant(0), L.Constant(1), IfLess(x, L.Constant(0), L.Constant(-1), UnlessNaN(x, atZero)));

    /// <summary>
    /// <paramref name="result"/>, or NaN if x is NaN. A piecewise rule ends its formula with it, because every comparison with NaN is false.
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="result">The result for x other than NaN.</param>
    public static L UnlessNaN<L>(L x, L result)
        where L : struct, ILane<L> => L.IfEqual(x, x, result, x);

    /// <summary>A magnitude with the sign of x; x itself if it is 0. For odd functions.</summary>
    /// <typeparam name="L">The lane type.</typeparam><param name="x">The argument.</param><param name="size">The function of |x|, which is 0 at 0.</param>
    public static L WithSignOf<L>(L x, L size)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0);
        return L.IfGreater(zero, x, -size, L.IfEqual(x, zero, x, size));
    }

    /// <summary>exp(x) − 1 without cancellation near 0.</summary><typeparam name="L">The lane type.</typeparam><param name="x">The number.</param>
    public static L ExpM1<L>(L x)
        where L : struct, ILane<L> => L.ExpM1(x);

    /// <summary>log(1 + x) without cancellation near 0.</summary><typeparam name="L">The lane type.</typeparam><param name="x">Above −1.</param>
    public static L LogP1<L>(L x)
        where L : struct, ILane<L> => L.LogP1(x);

    /// <summary>The error function, to about double precision.</summary><typeparam name="L">The lane type.</typeparam><param name="x">The number.</param>
    public static L Erf<L>(L x)
        where L : struct, ILane<L> => L.Erf(x);

    /// <summary>1/(1 + e⁻ˣ).</summary><typeparam name="L">The lane type.</typeparam><param name="x">The number.</param>
    public static L Sigmoid<L>(L x)
        where L : struct, ILane<L> => L.Sigmoid(x);

    /// <summary>The larger of x and a bound; NaN stays NaN.</summary>
    /// <typeparam name="L">The lane type.</typeparam><param name="x">The number.</param><param name="bound">The bound.</param>
    public static L AtLeast<L>(L x, L bound)
        where L : struct, ILane<L> => L.IfGreater(bound, x, bound, x);

    /// <summary>x, or the nearest number of at most a given size; NaN stays NaN.</summary>
    /// <typeparam name="L">The lane type.</typeparam><param name="x">The number.</param><param name="size">The size.</param>
    public static L OfSizeUpTo<L>(L x, L size)
        where L : struct, ILane<L> => L.IfGreater(x, size, size, AtLeast(x, -size));

    /// <summary>e^(−f·x²) for a factor that is a power of two, with a correction for the rounding error of the square.</summary>
    /// <typeparam name="L">The lane type.</typeparam><param name="x">The number.</param><param name="factor">f, a power of two up to 1.</param>
    public static L ExpOfNegativeSquare<L>(L x, double factor)
        where L : struct, ILane<L>
    {
        // Beyond 60 the result is 0; the bound keeps the square finite.
        L y = OfSizeUpTo(x, L.Constant(60)), square = y * y, missing = L.MultiplyAdd(y, y, -square);
        L value = L.Exp(L.Constant(-factor) * square);
        return L.MultiplyAdd(value, L.Constant(-factor) * missing, value);
    }

    // Up to 1, the series to x¹⁹; beyond, e^(x/2), whose square overflows where the result does.
    internal static L SinhByHalves<L>(L x)
        where L : struct, ILane<L>
    {
        L size = L.Abs(x), half = L.Constant(0.5), root = L.Exp(half * size);
        L far = ((half * root) * root) - (half / (root * root));
        return WithSignOf(x, L.IfGreater(size, L.Constant(1), far, SinhSeries(size)));
    }

    internal static L CoshByHalves<L>(L x)
        where L : struct, ILane<L>
    {
        L half = L.Constant(0.5), root = L.Exp(half * L.Abs(x));
        return ((half * root) * root) + (half / (root * root));
    }

    internal static L TanhByParts<L>(L x)
        where L : struct, ILane<L>
    {
        // From 20 on the result rounds to 1; the bound keeps the exponential finite.
        L size = L.Abs(x), one = L.Constant(1), two = L.Constant(2), y = L.IfGreater(size, L.Constant(20), L.Constant(20), size);
        L small = SinhSeries(L.IfGreater(size, one, one, size));
        L near = small / L.Sqrt(one + (small * small)), far = one - (two / (L.Exp(two * y) + one));
        return WithSignOf(x, L.IfGreater(size, L.Constant(0.55), far, near));
    }

    // Kahan's quotient form. It restores the lost digits of the value, but not those of its derivative.
    internal static L QuotientExpM1<L>(L x)
        where L : struct, ILane<L>
    {
        L one = L.Constant(1);
        L u = L.Exp(x);
        L difference = u - one;
        L corrected = difference * (x / L.Log(u));
        // exp loses all digits at both ends: near 0 the result is x, far below it is −1, and far above it is u.
        return L.IfEqual(u, one, x, L.IfGreater(L.Abs(x), L.Constant(1), difference, corrected));
    }

    // Kahan's quotient form.
    internal static L QuotientLogP1<L>(L x)
        where L : struct, ILane<L>
    {
        L one = L.Constant(1);
        L u = one + x;
        L corrected = L.Log(u) * (x / (u - one));
        return L.IfEqual(u, one, x, L.IfGreater(L.Abs(x), L.Constant(1), L.Log(u), corrected));
    }

    private static L SinhSeries<L>(L x)
        where L : struct, ILane<L>
    {
        L t = x * x;
        L p = L.Constant(8.22063524662433e-18);
        p = L.MultiplyAdd(p, t, L.Constant(2.8114572543455206e-15));
        p = L.MultiplyAdd(p, t, L.Constant(7.647163731819816e-13));
        p = L.MultiplyAdd(p, t, L.Constant(1.6059043836821613e-10));
        p = L.MultiplyAdd(p, t, L.Constant(2.505210838544172e-08));
        p = L.MultiplyAdd(p, t, L.Constant(2.7557319223985893e-06));
        p = L.MultiplyAdd(p, t, L.Constant(0.0001984126984126984));
        p = L.MultiplyAdd(p, t, L.Constant(0.008333333333333333));
        p = L.MultiplyAdd(p, t, L.Constant(0.16666666666666666));
        return L.MultiplyAdd(x * t, p, x);
    }

    // Uses the exponential of a number that is never positive, so nothing overflows.
    internal static L QuotientSigmoid<L>(L x)
        where L : struct, ILane<L>
    {
        L one = L.Constant(1);
        L e = L.Exp(-L.Abs(x));
        L upper = one / (one + e);
        return L.IfGreater(L.Constant(0), x, e * upper, upper);
    }

    internal static L RationalErf<L>(L x)
        where L : struct, ILane<L>
    {
        L y = L.Abs(x), four = L.Constant(4);

        // Arguments outside a range are replaced, so that no lane overflows in a branch that it does not select.
        L complement = L.IfGreater(y, four, FarErfComplement(L.Min(L.Max(y, four), L.Constant(6))), MiddleErfComplement(L.Min(y, four)));
        L beyond = L.Constant(1) - complement;
        L signed = L.IfGreater(L.Constant(0), x, -beyond, beyond);

        // The last line also passes NaN on, because both comparisons are false for NaN.
        return L.IfGreater(y, L.Constant(ErfNearZero), signed, NearErf(x));
    }

    /// <summary>The same as <see cref="RationalErf{L}"/> for a single number; only the formula for its range is computed.</summary>
    /// <typeparam name="L">The lane type.</typeparam><param name="x">The number.</param><param name="plain">The same number.</param>
    internal static L RationalErfByRange<L>(L x, double plain)
        where L : struct, ILane<L>
    {
        double y = Math.Abs(plain);
        if (!(y > ErfNearZero))
            return NearErf(x);
        L complement = y > 4 ? FarErfComplement(L.Min(L.Abs(x), L.Constant(6))) : MiddleErfComplement(L.Abs(x));
        L beyond = L.Constant(1) - complement;
        return plain < 0 ? -beyond : beyond;
    }

    // The rational approximations of W. J. Cody, Math. Comp. 23 (1969).
    private static L NearErf<L>(L x)
        where L : struct, ILane<L>
    {
        L y = L.Abs(x), square = y * y;
        L numerator = L.Constant(1.85777706184603153e-1) * square;
        L denominator = square;
        numerator = (numerator + L.Constant(3.16112374387056560e0)) * square;
        denominator = (denominator + L.Constant(2.36012909523441209e1)) * square;
        numerator = (numerator + L.Constant(1.13864154151050156e2)) * square;
        denominator = (denominator + L.Constant(2.44024637934444173e2)) * square;
        numerator = (numerator + L.Constant(3.77485237685302021e2)) * square;
        denominator = (denominator + L.Constant(1.28261652607737228e3)) * square;
        return x * (numerator + L.Constant(3.20937758913846947e3)) / (denominator + L.Constant(2.84423683343917062e3));
    }

    private static L MiddleErfComplement<L>(L middle)
        where L : struct, ILane<L>
    {
        L numerator = L.Constant(2.15311535474403846e-8) * middle;
        L denominator = middle;
        numerator = (numerator + L.Constant(5.64188496988670089e-1)) * middle;
        denominator = (denominator + L.Constant(1.57449261107098347e1)) * middle;
        numerator = (numerator + L.Constant(8.88314979438837594e0)) * middle;
        denominator = (denominator + L.Constant(1.17693950891312499e2)) * middle;
        numerator = (numerator + L.Constant(6.61191906371416295e1)) * middle;
        denominator = (denominator + L.Constant(5.37181101862009858e2)) * middle;
        numerator = (numerator + L.Constant(2.98635138197400131e2)) * middle;
        denominator = (denominator + L.Constant(1.62138957456669019e3)) * middle;
        numerator = (numerator + L.Constant(8.81952221241769090e2)) * middle;
        denominator = (denominator + L.Constant(3.29079923573345963e3)) * middle;
        numerator = (numerator + L.Constant(1.71204761263407058e3)) * middle;
        denominator = (denominator + L.Constant(4.36261909014324716e3)) * middle;
        numerator = (numerator + L.Constant(2.05107837782607147e3)) * middle;
        denominator = (denominator + L.Constant(3.43936767414372164e3)) * middle;
        return L.Exp(-(middle * middle)) * (numerator + L.Constant(1.23033935479799725e3)) / (denominator + L.Constant(1.23033935480374942e3));
    }

    // Beyond 4 the complement is below 1.6e-8: the leading terms of its asymptotic series are accurate to double precision.
    private static L FarErfComplement<L>(L far)
        where L : struct, ILane<L>
    {
        L inverse = L.Constant(1) / (far * far);
        L numerator = L.Constant(1.63153871373020978e-2) * inverse;
        L denominator = inverse;
        numerator = (numerator + L.Constant(3.05326634961232344e-1)) * inverse;
        denominator = (denominator + L.Constant(2.56852019228982242e0)) * inverse;
        numerator = (numerator + L.Constant(3.60344899949804439e-1)) * inverse;
        denominator = (denominator + L.Constant(1.87295284992346725e0)) * inverse;
        numerator = (numerator + L.Constant(1.25781726111229246e-1)) * inverse;
        denominator = (denominator + L.Constant(5.27905102951428412e-1)) * inverse;
        numerator = (numerator + L.Constant(1.60837851487422766e-2)) * inverse;
        denominator = (denominator + L.Constant(6.05183413124413191e-2)) * inverse;
        L ratio = inverse * (numerator + L.Constant(6.58749161529837803e-4)) / (denominator + L.Constant(2.33520497626869185e-3));
        return L.Exp(-(far * far)) * ((L.Constant(0.56418958354775628695) - ratio) / far);
    }
}
