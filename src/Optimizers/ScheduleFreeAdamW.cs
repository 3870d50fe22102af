using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Schedule-free AdamW (Defazio et al., The Road Less Scheduled, NeurIPS 2024, arXiv 2405.15682), in the authors' form.</summary>
/// <remarks>
/// See <see cref="ScheduleFree{T}"/> for the common formulas. Here v ← β₂v + (1 − β₂)g² and d = g/(√(v/(1 − β₂ᵗ)) + ε) + λy. The authors' step size is 0.0025.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ScheduleFreeAdamW<T> : ScheduleFree<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public ScheduleFreeAdamW(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public ScheduleFreeAdamW(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "second_moment")
    {
    }

    /// <summary>β, the weight of x in y; in (0, 1).</summary>
    public double Beta1 { get; init => field = Demand.InsideUnitInterval(value); } = 0.9;

    /// <summary>β₂, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    private protected override double Share => Beta1;

    private protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay,
        double weight)
    {
        Base update = new(clipped, weightDecay, stepSize, weight, Beta1, Beta2, 1 / Math.Sqrt(1 - Math.Pow(Beta2, slot.Updates)), Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Base(ClippedGradient clipped, double decay, double stepSize, double weight, double share, double beta2, double rootScale,
        double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient);
            second = (L.Broadcast(beta2) * second) + (L.Broadcast(1 - beta2) * (g * g));
            L direction = (g / ((L.Sqrt(second) * L.Broadcast(rootScale)) + L.Broadcast(epsilon))) + (L.Broadcast(decay) * parameter);
            parameter += (L.Broadcast(weight) * (first - parameter)) + (L.Broadcast(stepSize * ((share * (1 - weight)) - 1)) * direction);
            first -= L.Broadcast(stepSize) * direction;
        }
    }
}
