using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Schedule-free stochastic gradient descent (Defazio et al., The Road Less Scheduled, NeurIPS 2024, arXiv 2405.15682), in the authors' form.
/// </summary>
/// <remarks>
/// See <see cref="ScheduleFree{T}"/> for the common formulas. Here d = g + λy. The authors use step sizes about ten times those of momentum, such as 1.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ScheduleFreeSgd<T> : ScheduleFree<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public ScheduleFreeSgd(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public ScheduleFreeSgd(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule)
    {
    }

    /// <summary>β, the weight of x in y; in (0, 1).</summary>
    public double Momentum { get; init => field = Demand.InsideUnitInterval(value); } = 0.9;

    private protected override double Share => Momentum;

    private protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay,
        double weight)
    {
        Base update = new(clipped, weightDecay, stepSize, weight, Momentum);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First);
    }

    internal readonly struct Base(ClippedGradient clipped, double decay, double stepSize, double weight, double share) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            parameter += (L.Broadcast(weight) * (first - parameter)) + (L.Broadcast(stepSize * ((share * (1 - weight)) - 1)) * g);
            first -= L.Broadcast(stepSize) * g;
        }
    }
}
