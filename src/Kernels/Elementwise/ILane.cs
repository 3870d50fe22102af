namespace ConservativeAD.Kernels.Elementwise;

/// <summary>
/// What an elementwise formula is written against: a single number, or a vector of them. A formula over lanes is written once and
/// serves the vector unit of a CPU, a GPU thread and the scalar tape.
/// </summary>
/// <remarks>Comparisons select instead of branching, so that every lane of a vector takes its own side.</remarks>
/// <typeparam name="L">The lane type itself.</typeparam>
public interface ILane<L>
    where L : struct, ILane<L>
{
    /// <summary>Sum.</summary><param name="a">One.</param><param name="b">Other.</param>
    static abstract L operator +(L a, L b);

    /// <summary>Difference.</summary><param name="a">One.</param><param name="b">Other.</param>
    static abstract L operator -(L a, L b);

    /// <summary>Product.</summary><param name="a">One.</param><param name="b">Other.</param>
    static abstract L operator *(L a, L b);

    /// <summary>Quotient.</summary><param name="a">One.</param><param name="b">Other.</param>
    static abstract L operator /(L a, L b);

    /// <summary>Negation.</summary><param name="a">The number.</param>
    static abstract L operator -(L a);

    /// <summary>A number, rounded to the lane's precision, in every position.</summary><param name="value">The number.</param>
    static abstract L Constant(double value);

    /// <summary>A number that is known only when the kernel runs, in every lane. As <see cref="Constant"/>, which is for numbers in the formula's text; in a loop this one costs less.</summary>
    /// <param name="value">The number, rounded to the lane's type.</param>
    static abstract L Broadcast(double value);

    /// <summary><paramref name="then"/> where a &gt; b, <paramref name="otherwise"/> elsewhere (also where either is NaN).</summary>
    /// <param name="a">Left side.</param><param name="b">Right side.</param><param name="then">Taken where true.</param><param name="otherwise">Taken where false.</param>
    static abstract L IfGreater(L a, L b, L then, L otherwise);

    /// <summary><paramref name="then"/> where a = b (0 = −0), <paramref name="otherwise"/> elsewhere.</summary>
    /// <param name="a">Left side.</param><param name="b">Right side.</param><param name="then">Taken where true.</param><param name="otherwise">Taken where false.</param>
    static abstract L IfEqual(L a, L b, L then, L otherwise);

    /// <summary>The larger; NaN if either is NaN.</summary><param name="a">One.</param><param name="b">Other.</param>
    static abstract L Max(L a, L b);

    /// <summary>The smaller; NaN if either is NaN.</summary><param name="a">One.</param><param name="b">Other.</param>
    static abstract L Min(L a, L b);

    /// <summary>a·b + c, rounded once.</summary><param name="a">Factor.</param><param name="b">Factor.</param><param name="c">Summand.</param>
    static abstract L MultiplyAdd(L a, L b, L c);

    /// <summary>Absolute value.</summary><param name="a">The number.</param>
    static abstract L Abs(L a);

    /// <summary>Square root.</summary><param name="a">The number.</param>
    static abstract L Sqrt(L a);

    /// <summary>Largest whole number not above.</summary><param name="a">The number.</param>
    static abstract L Floor(L a);

    /// <summary>Exponential.</summary><param name="a">The number.</param>
    static abstract L Exp(L a);

    /// <summary>Natural logarithm.</summary><param name="a">The number.</param>
    static abstract L Log(L a);

    /// <summary>Sine.</summary><param name="a">Radians.</param>
    static abstract L Sin(L a);

    /// <summary>Cosine.</summary><param name="a">Radians.</param>
    static abstract L Cos(L a);

    /// <summary>Tangent.</summary><param name="a">Radians.</param>
    static abstract L Tan(L a);

    /// <summary>Inverse sine, in radians.</summary><param name="a">In [−1, 1].</param>
    static abstract L Asin(L a);

    /// <summary>Inverse cosine, in radians.</summary><param name="a">In [−1, 1].</param>
    static abstract L Acos(L a);

    /// <summary>Inverse tangent, in radians.</summary><param name="a">The number.</param>
    static abstract L Atan(L a);

    /// <summary>Hyperbolic sine.</summary><param name="a">The number.</param>
    static abstract L Sinh(L a);

    /// <summary>Hyperbolic cosine.</summary><param name="a">The number.</param>
    static abstract L Cosh(L a);

    /// <summary>Hyperbolic tangent.</summary><param name="a">The number.</param>
    static abstract L Tanh(L a);

    /// <summary>a to the power b, as <see cref="Math.Pow"/>.</summary><param name="a">Base.</param><param name="b">Exponent.</param>
    static abstract L Pow(L a, L b);

    /// <summary>exp(a) − 1 without cancellation near 0.</summary><param name="a">The number.</param>
    static virtual L ExpMinusOne(L a) => Lane.QuotientExpMinusOne(a);

    /// <summary>log(1 + a) without cancellation near 0.</summary><param name="a">Above −1.</param>
    static virtual L LogOnePlus(L a) => Lane.QuotientLogOnePlus(a);

    /// <summary>The error function, to about the lane's precision.</summary><param name="a">The number.</param>
    static virtual L Erf(L a) => Lane.RationalErf(a);

    /// <summary>1/(1 + e⁻ᵃ).</summary><param name="a">The number.</param>
    static virtual L Sigmoid(L a) => Lane.QuotientSigmoid(a);
}
