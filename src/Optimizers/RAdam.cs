using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Rectified Adam (Liu et al., ICLR 2020, arXiv 1908.03265), in PyTorch's form.</summary>
/// <remarks>
/// m and v as in Adam; ρ∞ = 2/(1 − β₂) − 1 and ρ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ). If ρ > 5, θ ← θ − α r m̂ √(1 − β₂ᵗ)/(√v + ε) with
/// r² = (ρ − 4)(ρ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρ); before, θ ← θ − αm̂, with m̂ = m/(1 − β₁ᵗ). PyTorch's step size is 0.001.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class RAdam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Below this ρ, the variance of the adaptive step is not finite or not reliable.
    private const double Tractable = 5;

    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public RAdam(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public RAdam(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "first_moment", "second_moment")
    {
    }

    /// <summary>β₁, the decay factor of the mean of gradients; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <summary>Whether weight decay acts on the parameter directly, θ ← (1 − αλ)θ, instead of through the gradient.</summary>
    public bool DecoupledDecay { get; init; }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        double power = Math.Pow(Beta2, slot.Updates);
        double longest = (2 / (1 - Beta2)) - 1;
        double length = longest - (2 * slot.Updates * power / (1 - power));
        double size = stepSize / (1 - Math.Pow(Beta1, slot.Updates));
        bool isAdaptive = length > Tractable;
        if (isAdaptive)
            size *= Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * (1 - power));
        double kept = DecoupledDecay ? 1 - (stepSize * weightDecay) : 1, decay = DecoupledDecay ? 0 : weightDecay;
        if (isAdaptive)
            slot.Parameter.Value.Device.Update(new Rectified(clipped, decay, kept, size, Beta1, Beta2, Epsilon), slot.Parameter.Value, gradient, slot.First,
                slot.Second);
        else
            slot.Parameter.Value.Device.Update(new Momentum(clipped, decay, kept, size, Beta1, Beta2), slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Rectified(ClippedGradient clipped, double decay, double kept, double stepSize, double beta1, double beta2, double epsilon)
        : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first += L.Broadcast(1 - beta1) * (g - first);
            second += L.Broadcast(1 - beta2) * ((g * g) - second);
            parameter = (L.Broadcast(kept) * parameter) - (L.Broadcast(stepSize) * first / (L.Sqrt(second) + L.Broadcast(epsilon)));
        }
    }

    // The first few updates, whose mean of squares has too few terms.
    internal readonly struct Momentum(ClippedGradient clipped, double decay, double kept, double stepSize, double beta1, double beta2) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first += L.Broadcast(1 - beta1) * (g - first);
            second += L.Broadcast(1 - beta2) * ((g * g) - second);
            parameter = (L.Broadcast(kept) * parameter) - (L.Broadcast(stepSize) * first);
        }
    }
}
