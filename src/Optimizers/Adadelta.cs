using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adadelta (Zeiler 2012, arXiv 1212.5701).</summary>
/// <remarks>
/// g ← g + λθ, v ← ρv + (1 − ρ)g², d = √(u + ε)/√(v + ε) · g, u ← ρu + (1 − ρ)d², θ ← θ − αd. PyTorch's step size is 1.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Adadelta<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public Adadelta(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public Adadelta(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "square_mean", "step_mean")
    {
    }

    /// <summary>ρ, the decay factor of both means; in [0, 1).</summary>
    public double Decay { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>ε, added under both roots; it makes the first step nonzero and keeps the quotient finite. Positive.</summary>
    public double Epsilon { get; init => field = Demand.Positive(value); } = 1e-6;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Means update = new(clipped, weightDecay, stepSize, Decay, Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Means(ClippedGradient clipped, double decay, double stepSize, double kept, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first += L.Broadcast(1 - kept) * ((g * g) - first);
            L step = L.Sqrt((second + L.Broadcast(epsilon)) / (first + L.Broadcast(epsilon))) * g;
            second += L.Broadcast(1 - kept) * ((step * step) - second);
            parameter -= L.Broadcast(stepSize) * step;
        }
    }
}
