using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>
/// INNA, the inertial Newton algorithm (C. Castera, J. Bolte, C. Févotte and E. Pauwels, JMLR 22(134), 2021): the system θ″ + αθ′ + β·d/dt ∇F(θ) + ∇F(θ) = 0
/// with Newtonian damping, without second derivatives, by φ = (α − 1/β)θ + ψ/β, ψ ← ψ − γφ, θ ← θ − γ(φ + βv), both with the old θ and ψ, v an element of the
/// gradient at θ.
/// </summary>
/// <param name="viscosity">α, the viscous damping; 0.5 by default.</param>
/// <param name="damping">β, the Newtonian damping, above 0; 0.1 by default.</param>
/// <param name="schedule">γ; 0.1/(k + 1)^0.6 if null.</param>
public sealed class InertialNewton(double viscosity = 0.5, double damping = 0.1, IStepSizeSchedule? schedule = null) : NonsmoothSolver
{
    private readonly double viscosity = viscosity >= 0 && double.IsFinite(viscosity)
        ? viscosity
        : throw new ArgumentOutOfRangeException(nameof(viscosity), viscosity, $"A viscous damping of {viscosity} was given; it must not be below 0.");
    private readonly double damping = damping > 0 && double.IsFinite(damping)
        ? damping
        : throw new ArgumentOutOfRangeException(nameof(damping), damping, $"A Newtonian damping of {damping} was given; it must be above 0.");
    private readonly IStepSizeSchedule schedule = schedule ?? new RobbinsMonro(0.1, 1, 0.6);

    /// <inheritdoc/>
    public override string Name => "inna";

    private protected override void Run(SubgradientOracle oracle, SolverOptions options)
    {
        Iterate at = oracle.Start;

        // ψ₀ = (1 − αβ)θ₀: the system starts with velocity −βv.
        double[] companion = [.. at.Point.Select(value => (1 - (viscosity * damping)) * value)];
        for (long k = 0; !oracle.IsSpent && !oracle.IsUnbounded && at.IsFinite; k++)
        {
            double step = schedule.StepSize(k);
            double[] next = new double[companion.Length];
            for (int i = 0; i < next.Length; i++)
            {
                double phase = ((viscosity - (1 / damping)) * at.Point[i]) + (companion[i] / damping);
                companion[i] -= step * phase;
                next[i] = at.Point[i] - (step * (phase + (damping * at.Gradient[i])));
            }

            at = oracle.At(next);
        }
    }
}
