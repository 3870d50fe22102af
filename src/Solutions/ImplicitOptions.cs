namespace ConservativeAD.Solutions;

/// <summary>What counts as a solution, and how the linear systems of implicit differentiation are solved.</summary>
public sealed record ImplicitOptions
{
    // Above this number of unknowns a matrix takes more than 8 MB, and factorising it more than a second.
    private const int LargestFactorised = 1000;

    /// <summary>
    /// The largest residual that counts as a solution, as a share of 1 plus the largest unknown; above 0. The derivative is that of the equation whose right
    /// side is the residual, so the tolerance may be as wide as the problem's own.
    /// </summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>How linear systems are solved.</summary>
    public LinearSolves Solves { get; init; }

    /// <summary>The residual at which an iteration for a linear system ends, relative to the right side; above 0.</summary>
    public double LinearTolerance { get; init; } = 1e-12;

    /// <summary>The most steps of such an iteration; above 0.</summary>
    public int MaximumLinearSteps { get; init; } = 10_000;

    /// <summary>Whether an equation with this many unknowns is factorised.</summary>
    internal bool Factorises(int unknowns) => Solves == LinearSolves.Factorised || (Solves == LinearSolves.Automatic && unknowns <= LargestFactorised);

    internal ImplicitOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Tolerance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LinearTolerance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumLinearSteps);
        return this;
    }
}

/// <summary>How the linear systems of implicit differentiation are solved.</summary>
public enum LinearSolves
{
    /// <summary>By factorisation up to a thousand unknowns, else without a matrix.</summary>
    Automatic,

    /// <summary>By LU factorisation. The condition of the matrix is told.</summary>
    Factorised,

    /// <summary>By GMRES on products with the Jacobian (Y. Saad and M. Schultz, SIAM J. Sci. Stat. Comput. 1986). No matrix is kept.</summary>
    MatrixFree,

    /// <summary>By conjugate gradients on such products, for symmetric positive definite ∂F/∂z, as at a minimum of a smooth function.</summary>
    ConjugateGradients,
}
