using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Schedule-free AdamW (Defazio et al., The Road Less Scheduled, NeurIPS 2024, arXiv 2405.15682), in the authors' form.</summary>
/// <remarks>
/// There is no schedule to plan: the mean takes its place. z ← z − αd from the base z, x ← (1 − c)x + cz, y = (1 − β)z + βx, with c = αₜ²/(α₁² + … + αₜ²), α being
/// the largest step size so far (constant, or rising for a warm-up). The parameters hold y, where gradients are taken; <see cref="Evaluate"/> puts x there and <see cref="Train"/> y back.
/// Here v ← β₂v + (1 − β₂)g² and d = g/(√(v/(1 − β₂ᵗ)) + ε) + λy. The authors' step size is 0.0025.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ScheduleFreeAdamW<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScheduleFreeWeights weights = new();

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
        : base(groups, schedule, "base", "second_moment")
    {
    }

    /// <summary>β, the share of x in y; in (0, 1).</summary>
    public double Share
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Share), value, $"{nameof(Share)} lies in (0, 1); it was {value}.");
    }
        = 0.9;

    /// <summary>β₂, how much of the mean of squares is kept; in [0, 1).</summary>
    public double SecondDecay { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, what keeps the quotient finite where gradients vanish.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

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
        Base update = new(clipped, weightDecay, stepSize, weight, Share, SecondDecay, 1 / Math.Sqrt(1 - Math.Pow(SecondDecay, slot.Updates)), Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
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

    internal readonly struct Base(ClippedGradient clipped, double decay, double stepSize, double weight, double share, double secondDecay, double rootScale, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient);
            second = (L.Broadcast(secondDecay) * second) + (L.Broadcast(1 - secondDecay) * (g * g));
            L direction = (g / ((L.Sqrt(second) * L.Broadcast(rootScale)) + L.Broadcast(epsilon))) + (L.Broadcast(decay) * parameter);
            parameter += (L.Broadcast(weight) * (first - parameter)) + (L.Broadcast(stepSize * ((share * (1 - weight)) - 1)) * direction);
            first -= L.Broadcast(stepSize) * direction;
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
