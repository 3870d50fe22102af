using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Resilient backpropagation (Riedmiller and Braun, ICNN 1993), without backtracking, in PyTorch's form: only the signs of gradients are
/// used.</summary>
/// <remarks>
/// Each component has its own step size s, initially α. If g has the sign of the previous gradient, s ← min(1.2 s, 50); if it has the opposite sign, s ←
/// max(0.5 s, 10⁻⁶), and g counts as 0 now and in the next comparison; θ ← θ − s · sign(g). The schedule gives only the initial s; the method needs full
/// gradients, not those of mini-batches. PyTorch's first step size is 0.01.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Rprop<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public Rprop(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public Rprop(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "previous_gradient", "component_step_size")
    {
    }

    /// <summary>The factor of s if signs differ; in (0, 1).</summary>
    public double Shrink { get; init => field = Demand.InsideUnitInterval(value); } = 0.5;

    /// <summary>The factor of s if signs agree; above 1.</summary>
    public double Growth
    {
        get;
        init => field = value > 1 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Growth), value, $"{nameof(Growth)} is a finite number above 1; it was {value}.");
    }
        = 1.2;

    /// <summary>The least s.</summary>
    public double SmallestStep { get; init => field = Demand.NotNegative(value); } = 1e-6;

    /// <summary>The largest s.</summary>
    public double LargestStep { get; init => field = Demand.Positive(value); } = 50;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (SmallestStep > LargestStep)
            throw new InvalidOperationException($"The smallest step of Rprop is {SmallestStep}, which is above its largest, {LargestStep}.");
        if (slot.Updates == 1)
            slot.Second.Fill(stepSize);
        Signs update = new(clipped, weightDecay, Shrink - 1, Growth - 1, SmallestStep, LargestStep);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Signs(ClippedGradient clipped, double decay, double fall, double rise, double least, double most) : IUpdate
    {
        public static int States => 2;

        // Products of gradients could underflow to 0; products of signs do not.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static L SignOf<L>(L a)
            where L : struct, ILane<L> => L.IfGreater(a, L.Constant(0), L.Constant(1), L.IfGreater(L.Constant(0), a, L.Constant(-1), a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            L agreement = SignOf(g) * SignOf(first);
            L change = L.IfGreater(agreement, zero, L.Broadcast(rise), L.IfGreater(zero, agreement, L.Broadcast(fall), zero));
            second = L.Min(L.Max(second + (second * change), L.Broadcast(least)), L.Broadcast(most));
            first = L.IfGreater(zero, agreement, zero, g);
            parameter -= second * SignOf(first);
        }
    }
}
