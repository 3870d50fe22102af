using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>
/// The formulas common to the float functions of CPU vectors and of GPU threads. The coefficients interpolate the function at the Chebyshev points of the
/// stated interval, computed in 50 digits and rounded once to float.
/// </summary>
internal static class SingleFormulas
{
    /// <summary>Adding this number leaves the nearest integer in the low bits of the sum.</summary>
    public const float Rounding = 12582912f;

    /// <summary>1/log 2.</summary>
    public const float InverseLogarithmOfTwo = 1.44269504f;

    /// <summary>From here on, the quotient of tanh rounds to 1.</summary>
    public const float TanhBound = 9.01023293f;

    /// <summary>From here on, the quotient of erf rounds to 1.</summary>
    public const float ErfBound = 3.92260003f;

    /// <summary>Below the negative of this number, the sigmoid equals the exponential to the last digit; above it, the sigmoid is 1.</summary>
    public const float SigmoidBound = 87f;

    /// <summary>exp(x − n·log 2), where n is the integer nearest to x/log 2; log 2 has two parts.</summary>
    /// <typeparam name="L">A lane of floats.</typeparam><param name="x">The argument.</param><param name="n">The integer.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L ExpOfRest<L>(L x, L n)
        where L : struct, ILane<L>
    {
        L r = L.MultiplyAdd(n, L.Constant(-0.693145752f), x);
        r = L.MultiplyAdd(n, L.Constant(-1.42860677e-6f), r);
        L q = L.Constant(0.00139261761199f);
        q = L.MultiplyAdd(q, r, L.Constant(0.00836317307451f));
        q = L.MultiplyAdd(q, r, L.Constant(0.0416665546621f));
        q = L.MultiplyAdd(q, r, L.Constant(0.166665770256f));
        q = L.MultiplyAdd(q, r, L.Constant(0.5f));
        return L.MultiplyAdd(q, r * r, r) + L.Constant(1);
    }

    /// <summary>tanh up to <see cref="TanhBound"/>: rational in y².</summary>
    /// <typeparam name="L">A lane of floats.</typeparam><param name="y">The argument.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L TanhQuotient<L>(L y)
        where L : struct, ILane<L>
    {
        L t = y * y;
        L p = L.Constant(-1.250338453e-11f);
        p = L.MultiplyAdd(p, t, L.Constant(3.105801474e-8f));
        p = L.MultiplyAdd(p, t, L.Constant(2.822759503e-5f));
        p = L.MultiplyAdd(p, t, L.Constant(0.003879916208f));
        p = L.MultiplyAdd(p, t, L.Constant(0.1368933321f));
        p = L.MultiplyAdd(p, t, L.Constant(1));
        L q = L.Constant(1.301998075e-6f);
        q = L.MultiplyAdd(q, t, L.Constant(0.0003958582506f));
        q = L.MultiplyAdd(q, t, L.Constant(0.02728880778f));
        q = L.MultiplyAdd(q, t, L.Constant(0.4702266649f));
        q = L.MultiplyAdd(q, t, L.Constant(1));
        return y * p / q;
    }

    /// <summary>erf up to <see cref="ErfBound"/>: rational in y².</summary>
    /// <typeparam name="L">A lane of floats.</typeparam><param name="y">The argument.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L ErfQuotient<L>(L y)
        where L : struct, ILane<L>
    {
        L t = y * y;
        L p = L.Constant(-1.100668958e-8f);
        p = L.MultiplyAdd(p, t, L.Constant(4.226115518e-6f));
        p = L.MultiplyAdd(p, t, L.Constant(0.0003633689843f));
        p = L.MultiplyAdd(p, t, L.Constant(0.003865254535f));
        p = L.MultiplyAdd(p, t, L.Constant(0.0541484485f));
        p = L.MultiplyAdd(p, t, L.Constant(0.1869248256f));
        p = L.MultiplyAdd(p, t, L.Constant(1.128379167f));
        L q = L.Constant(5.870903035e-5f);
        q = L.MultiplyAdd(q, t, L.Constant(0.001288361878f));
        q = L.MultiplyAdd(q, t, L.Constant(0.01544207447f));
        q = L.MultiplyAdd(q, t, L.Constant(0.1143181823f));
        q = L.MultiplyAdd(q, t, L.Constant(0.498991147f));
        q = L.MultiplyAdd(q, t, L.Constant(1));
        return y * p / q;
    }
}
