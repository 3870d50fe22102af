using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// The common base of the schedule-free methods (Defazio et al., The Road Less Scheduled, NeurIPS 2024, arXiv 2405.15682): the base iterate, the mean of
/// iterates, and which of them the parameters hold.
/// </summary>
/// <remarks>
/// An average replaces the schedule. z ← z − αd from the base z, x ← (1 − c)x + cz, y = (1 − β)z + βx, with c = αₜ²/(α₁² + … + αₜ²), where α is the largest
/// step size so far (constant, or rising during a warm-up). The parameters hold y, where gradients are taken; <see cref="Evaluate"/> replaces it by x, and
/// <see cref="Train"/> restores y.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public abstract class ScheduleFree<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScheduleFreeWeights weights = new();

    private protected ScheduleFree(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, params string[] otherStates)
        : base(groups, schedule, ["base", .. otherStates]) => RefuseSchedulesOfGroups();

    private protected sealed override void CheckCanStep()
    {
        if (!IsTraining)
            throw new InvalidOperationException($"The parameters hold the averaged iterate; call {nameof(Train)} before step {StepCount}.");
    }

    internal sealed override string? WhyNotSharded => "its parameters move between two points, for which every rank needs all states";

    /// <summary>Whether the parameters hold y, where gradients are taken; otherwise they hold x, where the model is used.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Sets the parameters to x, for evaluating and saving the model; does nothing if they hold x already.</summary>
    public void Evaluate()
    {
        if (IsTraining)
            MoveTowardsBase(1 - (1 / Share));
        IsTraining = false;
    }

    /// <summary>Sets the parameters to y, for training; does nothing if they hold y already.</summary>
    public void Train()
    {
        if (!IsTraining)
            MoveTowardsBase(1 - Share);
        IsTraining = true;
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyDictionary<string, double> OwnProgress =>
        new Dictionary<string, double>(weights.Progress) { ["is_training"] = IsTraining ? 1 : 0 };

    /// <inheritdoc/>
    protected sealed override void RestoreOwnProgress(IReadOnlyDictionary<string, double> progress)
    {
        bool trains = progress.Choice("is_training");
        weights.RestoreProgress(progress);
        IsTraining = trains;
    }

    /// <inheritdoc/>
    protected sealed override string SavedName(string state) => ScheduleFreeWeights.SavedName(state, IsTraining);

    /// <inheritdoc/>
    protected sealed override void TakeModeOf(IEnumerable<string> names) => IsTraining = ScheduleFreeWeights.AreOfTraining(names);

    // β, the weight of x in y.
    private protected abstract double Share { get; }

    /// <inheritdoc/>
    protected sealed override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.Updates == 1)
            slot.Parameter.Value.Device.Update(new Start(), slot.First, slot.Parameter.Value);
        Update(slot, gradient, clipped, stepSize, weightDecay, weights.Of(Schedule, StepCount));
    }

    // The update with c, the weight of the base in the mean.
    private protected abstract void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay,
        double weight);

    private void MoveTowardsBase(double weight)
    {
        foreach (OptimizerSlot<T> slot in Slots)
        {
            // For a parameter without updates, x, y and z are equal to the parameter.
            if (slot.Updates > 0)
                slot.Parameter.Value.Device.UpdateBy(new Towards(weight), slot.Parameter.Value, slot.First);
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
