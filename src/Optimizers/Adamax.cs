using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adamax (Kingma and Ba 2015, section 7.1): Adam with a decaying maximum in place of the mean of squares, in PyTorch's form.</summary>
/// <remarks>
/// g ← g + λθ, m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + ε), θ ← θ − α/(1 − β₁ᵗ) · m/u. PyTorch's step size is 0.002.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Adamax<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public Adamax(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public Adamax(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "first_moment", "largest_magnitude")
    {
    }

    /// <summary>β₁, the decay factor of the mean of gradients; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, the decay factor of the largest magnitude; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, added to magnitudes, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Maxima update = new(clipped, weightDecay, stepSize / (1 - Math.Pow(Beta1, slot.Updates)), Beta1, Beta2, Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Maxima(ClippedGradient clipped, double decay, double stepSize, double beta1, double beta2, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first += L.Broadcast(1 - beta1) * (g - first);
            second = L.Max(L.Broadcast(beta2) * second, L.Abs(g) + L.Broadcast(epsilon));
            parameter -= L.Broadcast(stepSize) * first / second;
        }
    }
}
