using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Averaged stochastic gradient descent (Polyak and Juditsky, SIAM J. Control Optim. 30, 1992), in PyTorch's form.</summary>
/// <remarks>
/// With k = t − 1 updates made before: g ← g + λθ, η = α/(1 + κα₀k)^p, θ ← (1 − κη₀)θ − ηg with η₀ = η, and the average a ← a + (θ − a)/max(1, k − t₀). η uses
/// the α of the current step in place of α₀. Until k passes t₀ + 1 the average is the iterate itself. <see cref="Average"/> reads it. PyTorch's step size is
/// 0.01.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class AveragedSgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Averages of parameters of Half, rounded from floats for the caller.
    private readonly Dictionary<OptimizerSlot<T>, NDArray<T>> rounded = [];

    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public AveragedSgd(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public AveragedSgd(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "average")
    {
    }

    /// <summary>κ, the pull towards 0 and the decay of the step size.</summary>
    public double Damping { get; init => field = Demand.NotNegative(value); } = 1e-4;

    /// <summary>p, the power of the step size's decay.</summary>
    public double Power { get; init => field = Demand.NotNegative(value); } = 0.75;

    /// <summary>t₀, the number of updates before averaging starts.</summary>
    public double AverageFrom { get; init => field = Demand.NotNegative(value); } = 1e6;

    /// <summary>The average of a parameter's iterates. This is the array itself, not a copy.</summary>
    /// <param name="parameter">A parameter of this optimiser.</param>
    /// <exception cref="ArgumentException">The parameter does not belong to this optimiser.</exception>
    public NDArray<T> Average(Parameter<T> parameter)
    {
        OptimizerSlot<T> slot = SlotOf(parameter);
        if (!OptimizerState<T>.IsWide)
            return slot.First.Own;
        if (!rounded.TryGetValue(slot, out NDArray<T> average))
            rounded[slot] = average = parameter.Value.Device.Allocate<T>(parameter.Shape);
        parameter.Value.Device.Convert(slot.First.Wide, average);
        return average;
    }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        long before = slot.Updates - 1;
        double falling = stepSize / Math.Pow(1 + (Damping * stepSize * before), Power);
        Averaging update = new(clipped, weightDecay, falling, Damping * falling, 1 / Math.Max(1, before - AverageFrom));
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First);
    }

    internal readonly struct Averaging(ClippedGradient clipped, double decay, double stepSize, double lost, double weight) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            parameter -= (L.Broadcast(lost) * parameter) + (L.Broadcast(stepSize) * g);
            L whole = L.Constant(1), share = L.Broadcast(weight);
            first = L.IfEqual(share, whole, parameter, first + (share * (parameter - first)));
        }
    }
}
