using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011), in PyTorch's form.</summary>
/// <remarks>
/// g ← g + λθ, s ← s + g², θ ← θ − α/(1 + (t − 1)η) · g/(√s + ε), with t the parameter's own number of updates. PyTorch's step size is 0.01.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Adagrad<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="initialSum">The initial value of every s; 0 or more.</param>
    public Adagrad(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, double initialSum = 0)
        : this([new ParameterGroup<T>([.. parameters])], schedule, initialSum)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="initialSum">The initial value of every s; 0 or more.</param>
    public Adagrad(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, double initialSum = 0)
        : base(groups, schedule, "square_sum")
    {
        InitialSum = Demand.NotNegative(initialSum, nameof(initialSum));
        foreach (OptimizerSlot<T> slot in Slots)
            slot.First.Fill(initialSum);
    }

    /// <summary>The initial value of every s.</summary>
    public double InitialSum { get; }

    /// <summary>η, an additional decay rate of the step size.</summary>
    public double StepSizeDecay { get; init => field = Demand.NotNegative(value); }

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-10;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Sums update = new(clipped, weightDecay, stepSize / (1 + ((slot.Updates - 1) * StepSizeDecay)), Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First);
    }

    internal readonly struct Sums(ClippedGradient clipped, double decay, double stepSize, double epsilon) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first += g * g;
            parameter -= L.Broadcast(stepSize) * g / (L.Sqrt(first) + L.Broadcast(epsilon));
        }
    }
}
