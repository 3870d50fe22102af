namespace ConservativeAD.Diagnostics;

/// <summary>The Kurdyka-Łojasiewicz inequality ‖∇F‖ ≥ c·(F − F*)^θ.</summary>
/// <remarks>K. Kurdyka, Ann. Inst. Fourier 1998; J. Bolte, A. Daniilidis and A. Lewis, SIAM J. Optim. 2007, for nonsmooth functions.</remarks>
/// <param name="Exponent">θ, from 0 to below 1.</param>
/// <param name="Constant">c, above 0.</param>
public sealed record KlInequality(double Exponent, double Constant)
{
    /// <summary>The inequality of a μ-strongly convex function, or of one that satisfies ‖∇F‖² ≥ 2μ·(F − F*): exponent ½, constant √(2μ).</summary>
    /// <param name="modulus">μ.</param>
    public static KlInequality OfModulus(double modulus) => modulus > 0
        ? new KlInequality(0.5, Math.Sqrt(2 * modulus))
        : throw new ArgumentOutOfRangeException(nameof(modulus), modulus, $"A modulus of {modulus} was given; it must be above 0.");

    /// <summary>The desingularising function φ(t) = t^(1 − θ)/(c·(1 − θ)), for which φ'(F − F*)·‖∇F‖ ≥ 1.</summary>
    /// <param name="gap">t = F − F*, not negative.</param>
    /// <exception cref="InvalidOperationException">The exponent is not below 1 or the constant is not above 0, so the function does not exist.</exception>
    public double Desingularize(double gap)
    {
        if (!(Exponent < 1) || !(Constant > 0))
            throw new InvalidOperationException(
                $"With exponent {Exponent} and constant {Constant} there is no desingularising function; the exponent must be below 1 and the constant "
                    + $"above 0.");
        if (!(gap >= 0))
            throw new ArgumentOutOfRangeException(nameof(gap), gap, $"A gap of {gap} was given; it may not be negative.");
        return Math.Pow(gap, 1 - Exponent) / (Constant * (1 - Exponent));
    }

    /// <summary>The convergence rate of F(θₖ) − F* to 0 for descent with sufficient decrease (H. Attouch and J. Bolte, Math. Program. 2009, theorem
    /// 5).</summary>
    public string Rate => Exponent switch
    {
        <= 0 => "finitely many steps",
        <= 0.5 => "linear",
        _ => FormattableString.Invariant($"k^(-{1 / ((2 * Exponent) - 1):0.##})"),
    };

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
