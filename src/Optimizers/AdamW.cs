using System.Numerics;

namespace ConservativeAD.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019): θ ← (1 − αλ)θ before Adam's step, which does not see the decay.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="parameters">The parameters to change.</param>
/// <param name="schedule">The step size α.</param>
/// <param name="firstDecay">β₁, in [0, 1).</param>
/// <param name="secondDecay">β₂, in [0, 1).</param>
/// <param name="epsilon">ε, above 0.</param>
/// <param name="weightDecay">λ, at least 0.</param>
public sealed class AdamW<T>(IEnumerable<Parameter<T>> parameters, StepSizeSchedule schedule, double firstDecay = 0.9, double secondDecay = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    : Adam<T>(parameters, schedule, firstDecay, secondDecay, epsilon, weightDecay, true)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
