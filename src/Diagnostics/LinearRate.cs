namespace ConservativeAD.Diagnostics;

/// <summary>
/// Compares the factors (F(θₖ₊₁) − F*)/(F(θₖ) − F*) of a run with the bound 1 − c²/(2L) which the KL inequality with exponent ½ and constant c gives for steps
/// of 1/L.
/// </summary>
/// <remarks>H. Attouch and J. Bolte, Math. Program. 2009, theorem 5; with c² = 2μ it is 1 − μ/L (Karimi, Nutini and Schmidt, ECML 2016, theorem 1).</remarks>
/// <param name="Worst">The largest factor.</param>
/// <param name="Typical">Their geometric mean over the last half of the points.</param>
/// <param name="Bound">1 − c²/(2L).</param>
public sealed record LinearRate(double Worst, double Typical, double Bound)
{
    // Factors contain the rounding errors of two values.
    private const double Rounding = 1e-9;

    /// <summary>The bound minus the worst factor.</summary>
    public double Slack => Bound - Worst;

    /// <summary>Whether every factor is at most the bound, up to rounding.</summary>
    public bool Holds => Slack >= -Rounding;

    /// <summary>Measures a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="optimum">F*.</param>
    /// <param name="inequality">The inequality; its exponent must be at most ½.</param>
    /// <param name="smoothness">L.</param>
    /// <exception cref="ArgumentException">The exponent is above ½, L is not positive, or fewer than two points have a value above F*.</exception>
    public static LinearRate Of(Trajectory run, double optimum, KlInequality inequality, double smoothness)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(inequality);
        if (inequality.Exponent > 0.5 || !(smoothness > 0))
            throw new ArgumentException(
                $"An exponent of {inequality.Exponent} and a smoothness constant of {smoothness} were given; a linear rate takes an exponent of ½ at most "
                    + $"and a positive constant.", nameof(inequality));
        double floor = Math.Max(Math.Abs(optimum) * 1e-9, 1e-280);
        List<double> factors = [];
        for (int k = 0; k + 1 < run.Count && run.Values[k + 1] - optimum > floor; k++)
            factors.Add((run.Values[k + 1] - optimum) / (run.Values[k] - optimum));
        if (factors.Count == 0)
            throw new ArgumentException($"The run has no two values one after the other that are above the optimum {optimum}.", nameof(run));
        double typical = Math.Exp(factors.Skip(factors.Count / 2).Average(Math.Log));
        // An inequality with a smaller exponent implies that with ½ on values of at most F(θ₀).
        double constant = inequality.Constant * Math.Pow(run.Values[0] - optimum, inequality.Exponent - 0.5);
        return new LinearRate(factors.Max(), typical, 1 - (constant * constant / (2 * smoothness)));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
