namespace ConservativeAD.Kernels.Elementwise;

/// <summary>
/// The number type of elementwise formulas: a single number, or a vector of them. A formula over lanes is written once, and runs on CPU vectors, on GPU threads
/// and on the scalar tape.
/// </summary>
/// <remarks>Comparisons select instead of branching, so that every element of a vector takes its own side.</remarks>
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

    /// <summary>
    /// A number that is known only when the kernel runs, in every position. <see cref="Constant"/> is for numbers written in the formula; in a loop, this
    /// method costs less.
    /// </summary>
    /// <param name="value">The number, rounded to the lane's type.</param>
    static abstract L Broadcast(double value);

    /// <summary><paramref name="then"/> where a &gt; b, <paramref name="otherwise"/> elsewhere (also where either is NaN).</summary>
    /// <param name="a">Left side.</param>
    /// <param name="b">Right side.</param>
    /// <param name="then">Taken where true.</param>
    /// <param name="otherwise">Taken where false.</param>
    static abstract L IfGreater(L a, L b, L then, L otherwise);

    /// <summary><paramref name="then"/> where a = b (0 = −0), <paramref name="otherwise"/> elsewhere.</summary>
    /// <param name="a">Left side.</param>
    /// <param name="b">Right side.</param>
    /// <param name="then">Taken where true.</param>
    /// <param name="otherwise">Taken where false.</param>
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

    /// <summary>The largest integer not above the number.</summary><param name="a">The number.</param>
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

    /// <summary>
    /// <paramref name="result"/>, or 0 if <paramref name="carried"/> is exactly 0 (0 or −0). A pullback applies it to its product, so a zero cotangent stays 0
    /// even if the slope is infinite or NaN. A NaN cotangent is not 0, and stays NaN.
    /// </summary>
    /// <param name="carried">The carried number: a cotangent or a tangent.</param>
    /// <param name="result">The result computed from it, such as its product with a slope.</param>
    static virtual L Absorb(L carried, L result) => L.IfEqual(carried, L.Constant(0), L.Constant(0), result);

    /// <summary>exp(a) − 1 without cancellation near 0.</summary><param name="a">The number.</param>
    static virtual L ExpM1(L a) => Lane.QuotientExpM1(a);

    /// <summary>log(1 + a) without cancellation near 0.</summary><param name="a">Above −1.</param>
    static virtual L LogP1(L a) => Lane.QuotientLogP1(a);

    /// <summary>The error function, to about the lane's precision.</summary><param name="a">The number.</param>
    static virtual L Erf(L a) => Lane.RationalErf(a);

    /// <summary>1/(1 + e⁻ᵃ).</summary><param name="a">The number.</param>
    static virtual L Sigmoid(L a) => Lane.QuotientSigmoid(a);
}
