namespace ConservativeAD.Solvers;

/// <summary>
/// Interpolated normalised gradient descent, INGD (J. Zhang et al., ICML 2020; D. Davis et al., NeurIPS 2022): steps of the ball's radius against the element
/// of least norm of a hull of gradients, which are taken at random points of the segments along which earlier steps failed. Unlike in the published method, all
/// gradients of a step stay in the hull, radii shrink from 0.1 on, and successful steps are doubled.
/// </summary>
public sealed class NormalizedGoldsteinDescent : NonsmoothSolver
{
    private const double FirstRadius = 0.1;

    // Smaller than the radius at which stationarity is measured, because a step of radius ε leaves F about ε times its slope above the least value.
    private const double LastShare = 1e-4;

    /// <inheritdoc/>
    public override string Name => "ingd";

    private protected override void Run(SubgradientOracle oracle, SolverOptions options) =>
        GoldsteinDescent.Run(oracle, oracle.Start, options, FirstRadius, true, lastShare: LastShare);
}
