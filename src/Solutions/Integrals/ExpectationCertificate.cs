using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>What the mean of sampled gradients is known to estimate.</summary>
public enum ExpectationClaim
{
    /// <summary>Nothing: the reason says why.</summary>
    None,

    /// <summary>
    /// The gradient of the expectation. No sample was at a kink, so that the integrand is differentiable at the point with a probability above
    /// 1 − <see cref="ExpectationCertificate.KinkProbability"/>; where it is 1 and Lipschitz constants have a finite mean, the gradient and the mean may be
    /// exchanged (F. Clarke, Optimization and Nonsmooth Analysis, 1983, theorem 2.7.2).
    /// </summary>
    Gradient,

    /// <summary>
    /// An element of a conservative field of the expectation (J. Bolte, T. Le and E. Pauwels, Subgradient sampling for nonsmooth nonconvex minimization, SIAM
    /// J. Optim. 2023). Some samples were at kinks, and it may lie outside the Clarke set.
    /// </summary>
    ConservativeElement,
}

/// <summary>What is known about the mean of sampled gradients.</summary>
/// <param name="Claim">What it estimates.</param>
/// <param name="Reason">Why nothing is claimed; empty otherwise.</param>
/// <param name="SamplesAtKinks">The number of samples whose program was at a kink in the parameters.</param>
/// <param name="KinkProbability">
/// An upper bound of the probability of a kink at the point, at the level of the intervals (C. Clopper and E. Pearson, Biometrika 1934).
/// </param>
/// <param name="LargestShare">
/// The largest share that one sample has in the variance of the value or of a gradient's element. Near 1 the tails are heavy, and the intervals are too
/// narrow.
/// </param>
public sealed record ExpectationCertificate(ExpectationClaim Claim, string Reason, int SamplesAtKinks, double KinkProbability, double LargestShare)
{
    /// <summary>Whether something is claimed.</summary>
    public bool IsCertified => Claim != ExpectationClaim.None;

    /// <inheritdoc/>
    public override string ToString() => Claim switch
    {
        ExpectationClaim.Gradient => string.Create(CultureInfo.InvariantCulture,
            $"the gradient of the expectation, if Lipschitz constants have a finite mean: no sample was at a kink (probability below "
                + $"{KinkProbability:0.##E+0})"),
        ExpectationClaim.ConservativeElement => string.Create(CultureInfo.InvariantCulture,
            $"an element of a conservative field, if Lipschitz constants have a finite mean: {SamplesAtKinks} samples were at kinks"),
        _ => $"not certified: {Reason}",
    };
}
