using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// INNAprop (J. Bolte, R. Boustany, E. Pauwels and A. Purica, A second-order-like optimizer with adaptive gradient scaling for deep learning, 2024, arXiv
/// 2410.05871): INNA with gradients scaled as in RMSprop, and decoupled weight decay.
/// </summary>
/// <remarks>
/// v ← σv + (1 − σ)g², θ ← (1 − αλ)θ, φ = (a − 1/b)θ + ψ/b, ψ ← ψ − αφ, θ ← θ − α(φ + b·g/(√(v/(1 − σᵗ)) + ε)), with ψ = (1 − ab)θ at the start and t the
/// parameter's own number of updates. The state is ψ − (1 − ab)θ, as in <see cref="Inna{T}"/>. The authors write θ in terms of the new ψ, which is equivalent
/// and requires α &lt; b. Their step size is 0.001, with a = 0.1 and b = 0.9.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class InnaProp<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public InnaProp(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public InnaProp(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "phase_difference", "second_moment") => WeightDecay = 0.01;

    /// <summary>a, the viscous damping; 0 or more.</summary>
    public double Viscosity { get; init => field = Demand.NotNegative(value); } = 0.1;

    /// <summary>b, the Newtonian damping; above 0.</summary>
    public double Damping { get; init => field = Demand.Positive(value); } = 0.9;

    /// <summary>σ, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ScaledPhases update = new(clipped, stepSize * weightDecay, stepSize, Viscosity, Damping, Beta2, 1 / Math.Sqrt(1 - Math.Pow(Beta2, slot.Updates)),
            Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct ScaledPhases(ClippedGradient clipped, double lost, double stepSize, double viscosity, double damping, double beta2,
        double correction, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient);
            second = (L.Broadcast(beta2) * second) + (L.Broadcast(1 - beta2) * g * g);
            L scaled = g / ((L.Broadcast(correction) * L.Sqrt(second)) + L.Broadcast(epsilon));

            // The decay of θ changes ψ − (1 − ab)θ, because ψ stays the same.
            L difference = first + (L.Broadcast((1 - (viscosity * damping)) * lost) * parameter);
            parameter -= (L.Broadcast(lost) * parameter)
                + (L.Broadcast(stepSize) * ((L.Broadcast(1 / damping) * difference) + (L.Broadcast(damping) * scaled)));
            first = (L.Broadcast(1 - (stepSize * viscosity)) * difference) + (L.Broadcast((1 - (viscosity * damping)) * stepSize * damping) * scaled);
        }
    }
}
