namespace ConservativeAD.Solutions;

/// <summary>A way to estimate the gradient of a function that is smoothed at a radius.</summary>
public enum SmoothingEstimator
{
    /// <summary>
    /// E ∇f(x + σu) with normal u, the gradient of E f(x + σu) for Lipschitz f (Y. Ermoliev, V. Norkin and R. Wets, SIAM J. Control Optim. 1995).
    /// </summary>
    NormalGradients,

    /// <summary>E (f(x + σu) − f(x))·u/σ: values alone, also for functions with jumps (Y. Nesterov and V. Spokoiny, Found. Comput. Math. 2017).</summary>
    NormalDifferences,

    /// <summary>E (f(x + σu) − f(x − σu))·u/(2σ), from both sides.</summary>
    NormalSymmetricDifferences,

    /// <summary>E ∇f(x + ru) with u uniform in the unit ball (J. Duchi, P. Bartlett and M. Wainwright, SIAM J. Optim. 2012).</summary>
    BallGradients,

    /// <summary>
    /// The element of least norm of the hull of gradients drawn in a ball, a part of Goldstein's subdifferential (A. Goldstein, Math. Program. 1977; J. Burke,
    /// A. Lewis and M. Overton, SIAM J. Optim. 2005). It is no mean and has no interval.
    /// </summary>
    Goldstein,
}
