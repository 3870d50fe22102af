namespace ConservativeAD.Optimizers;

/// <summary>
/// Interpolated normalised gradient descent, INGD (J. Zhang et al., ICML 2020; D. Davis et al., NeurIPS 2022): steps of the ball's radius against the least element of a hull of gradients that are
/// taken at random places of the segments along which earlier steps failed. Beyond the published method, all gradients of a step stay in the hull, radii shrink from 0.1 on, and steps that pay are doubled.
/// </summary>
public sealed class NormalizedGoldsteinDescent : NonsmoothSolver
{
    private const double FirstRadius = 0.1;

    // Below the radius at which stationarity is measured: a step of radius ε leaves F about ε times its slope above the least value.
    private const double LastShare = 1e-3;

    /// <inheritdoc/>
    public override string Name => "ingd";

    private protected override void Run(SubgradientOracle oracle, SolverOptions options) => GoldsteinDescent.Run(oracle, oracle.Start, options, FirstRadius, true, lastShare: LastShare);
}
