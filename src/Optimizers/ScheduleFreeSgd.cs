using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Schedule-free stochastic gradient descent (Defazio et al., The Road Less Scheduled, NeurIPS 2024, arXiv 2405.15682), in the authors' form.</summary>
/// <remarks>
/// There is no schedule to plan: the mean takes its place. z ← z − αd from the base z, x ← (1 − c)x + cz, y = (1 − β)z + βx, with c = αₜ²/(α₁² + … + αₜ²), α being
/// the largest step size so far (constant, or rising for a warm-up). The parameters hold y, where gradients are taken; <see cref="Evaluate"/> puts x there and <see cref="Train"/> y back.
/// Here d = g + λy. The authors take step sizes about ten times those of momentum, 1.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ScheduleFreeSgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScheduleFreeWeights weights = new();

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
        : base(groups, schedule, "base")
    {
    }

    /// <summary>β, the share of x in y; in (0, 1).</summary>
    public double Share
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Share), value, $"{nameof(Share)} lies in (0, 1); it was {value}.");
    }
        = 0.9;

    /// <summary>Whether the parameters hold y, where gradients are taken, and not x, where the model is used.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Puts x in place of the parameters, for evaluation and saving of the model; nothing if it is there.</summary>
    public void Evaluate()
    {
        if (IsTraining)
            MoveTowardsBase(1 - (1 / Share));
        IsTraining = false;
    }

    /// <summary>Puts y in place of the parameters, for training; nothing if it is there.</summary>
    public void Train()
    {
        if (!IsTraining)
            MoveTowardsBase(1 - Share);
        IsTraining = true;
    }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (!IsTraining)
            throw new InvalidOperationException($"The parameters hold the averaged iterate; call {nameof(Train)} before step {StepCount}.");
        if (slot.Updates == 1)
            slot.Parameter.Value.Device.Update(new Start(), slot.First, slot.Parameter.Value);
        double weight = weights.Of(Schedule, StepCount);
        Base update = new(clipped, weightDecay, stepSize, weight, Share);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First);
    }

    private void MoveTowardsBase(double weight)
    {
        foreach (OptimizerSlot<T> slot in Slots)
        {
            // A parameter that was never stepped is its own x, y and z.
            if (slot.Updates > 0)
                slot.Parameter.Value.Device.Update(new Towards(weight), slot.Parameter.Value, slot.First);
        }
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

    internal readonly struct Towards(double weight) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            parameter += L.Broadcast(weight) * (gradient - parameter);
        }
    }

    internal readonly struct Start : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            parameter = gradient;
        }
    }
}
