using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, arXiv 2302.06675).</summary>
/// <remarks>
/// c = β₁m + (1 − β₁)g, θ ← (1 − αλ)θ − α · sign(c), m ← β₂m + (1 − β₂)g. The authors use step sizes three to ten times smaller than for AdamW, 10⁻⁴, and
/// weight decay larger by the same factor.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Lion<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public Lion(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public Lion(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "momentum")
    {
    }

    /// <summary>β₁, the weight of the momentum in the direction; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, the decay factor of the momentum; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.99;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Signs update = new(clipped, stepSize * weightDecay, stepSize, Beta1, Beta2);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First);
    }

    internal readonly struct Signs(ClippedGradient clipped, double lost, double stepSize, double beta1, double beta2) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), g = clipped.Invoke(gradient);
            L c = (L.Broadcast(beta1) * first) + (L.Broadcast(1 - beta1) * g);
            L sign = L.IfGreater(c, zero, L.Constant(1), L.IfGreater(zero, c, L.Constant(-1), c));
            parameter -= (L.Broadcast(lost) * parameter) + (L.Broadcast(stepSize) * sign);
            first = (L.Broadcast(beta2) * first) + (L.Broadcast(1 - beta2) * g);
        }
    }
}
