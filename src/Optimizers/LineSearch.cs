namespace ConservativeAD.Optimizers;

/// <summary>The choice of the step length of a quasi-Newton method.</summary>
public enum LineSearch
{
    /// <summary>
    /// The step size without a search. In the first iteration it is divided by the sum of the gradient's magnitudes if that is larger than 1.
    /// </summary>
    None,

    /// <summary>
    /// The strong Wolfe conditions (sufficient decrease 10⁻⁴, magnitude of the slope at most 0.9 of that at the start), by cubic interpolation: for smooth
    /// losses.
    /// </summary>
    StrongWolfe,

    /// <summary>
    /// The weak Wolfe conditions (sufficient decrease 10⁻⁴, slope at least 0.5 of that at the start), by bisection: for losses with kinks (A. Lewis and M.
    /// Overton, Math. Program. 2013).
    /// </summary>
    WeakWolfe,
}
