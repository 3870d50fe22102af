namespace ConservativeAD.Optimizers;

/// <summary>How far a quasi-Newton method goes along its direction.</summary>
public enum LineSearch
{
    /// <summary>The step size, unseen; at the first iteration shortened to the step size over the sum of the gradient's magnitudes, if that is larger than 1.</summary>
    None,

    /// <summary>The strong Wolfe conditions (sufficient decrease 10⁻⁴, slope at most 0.9 of that at the start in size), by cubic interpolation: for smooth losses.</summary>
    StrongWolfe,

    /// <summary>The weak Wolfe conditions (sufficient decrease 10⁻⁴, slope at least 0.5 of that at the start), by bisection: for losses with kinks (A. Lewis and M. Overton, Math. Program. 2013).</summary>
    WeakWolfe,
}
