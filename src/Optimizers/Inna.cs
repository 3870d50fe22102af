using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// INNA, the inertial Newton algorithm on mini-batches (C. Castera, J. Bolte, C. Févotte and E. Pauwels, JMLR 22(134), 2021): inertia with viscous and
/// Newtonian damping, without second derivatives.
/// </summary>
/// <remarks>
/// φ = (a − 1/b)θ + ψ/b, ψ ← ψ − αφ, θ ← θ − α(φ + b·g), both with the old θ and ψ, and ψ = (1 − ab)θ at the start. The state is δ = ψ − (1 − ab)θ = bφ, which
/// starts at 0 and loses no digits: θ ← θ − α(δ/b + b·g), δ ← (1 − αa)δ + (1 − ab)αb·g. The authors' code uses α = 0.1, a = 0.5 and b = 0.1. It converges for
/// conservative gradients of tame losses, as subgradient descent does.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Inna<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public Inna(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public Inna(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "phase_difference")
    {
    }

    /// <summary>a, the viscous damping; 0 or more.</summary>
    public double Viscosity { get; init => field = Demand.NotNegative(value); } = 0.5;

    /// <summary>b, the Newtonian damping; above 0.</summary>
    public double Damping { get; init => field = Demand.Positive(value); } = 0.1;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Phases update = new(clipped, weightDecay, stepSize, Viscosity, Damping);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First);
    }

    internal readonly struct Phases(ClippedGradient clipped, double decay, double stepSize, double viscosity, double damping) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            parameter -= L.Broadcast(stepSize) * ((L.Broadcast(1 / damping) * first) + (L.Broadcast(damping) * g));
            first = (L.Broadcast(1 - (stepSize * viscosity)) * first) + (L.Broadcast((1 - (viscosity * damping)) * stepSize * damping) * g);
        }
    }
}
