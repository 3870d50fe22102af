using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Adaptive Nesterov momentum (Xie, Zhou, Li, Lin and Yan, IEEE TPAMI 2024, arXiv 2208.06677), with bias correction as in the authors' code.
/// </summary>
/// <remarks>
/// With e = g − g₋ (0 at first): m ← β₁m + (1 − β₁)g, d ← β₂d + (1 − β₂)e, n ← β₃n + (1 − β₃)(g + β₂e)², θ ← (θ − α(m/(1 − β₁ᵗ) + β₂d/(1 − β₂ᵗ))/(√(n/(1 −
/// β₃ᵗ)) + ε))/(1 + αλ). The β are decay factors, as in the code; the paper writes 1 − β. The authors' step size is 0.001.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Adan<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public Adan(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public Adan(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "gradient_mean", "difference_mean", "square_mean", "previous_gradient")
    {
    }

    /// <summary>β₁, the decay factor of the mean of gradients; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.98;

    /// <summary>β₂, the decay factor of the mean of differences; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.92;

    /// <summary>β₃, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta3 { get; init => field = Demand.FractionBelowOne(value); } = 0.99;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Differences update = new(
            clipped,
            1 / (1 + (stepSize * weightDecay)),
            slot.Updates == 1 ? 1 : 0,
            Beta1,
            Beta2,
            Beta3,
            stepSize / (1 - Math.Pow(Beta1, slot.Updates)),
            stepSize * Beta2 / (1 - Math.Pow(Beta2, slot.Updates)),
            1 / Math.Sqrt(1 - Math.Pow(Beta3, slot.Updates)),
            Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second, slot.Third, slot.Fourth);
    }

    internal readonly struct Differences(ClippedGradient clipped, double kept, double isFirst, double beta1, double beta2, double beta3, double meanStep,
        double differenceStep, double rootScale, double epsilon) : IUpdate
    {
        public static int States => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient), zero = L.Constant(0);
            L difference = L.IfEqual(L.Broadcast(isFirst), zero, g - fourth, zero);
            L ahead = g + (L.Broadcast(beta2) * difference);
            first += L.Broadcast(1 - beta1) * (g - first);
            second += L.Broadcast(1 - beta2) * (difference - second);
            third = (L.Broadcast(beta3) * third) + (L.Broadcast(1 - beta3) * (ahead * ahead));
            fourth = g;
            L scale = (L.Sqrt(third) * L.Broadcast(rootScale)) + L.Broadcast(epsilon);
            parameter = L.Broadcast(kept) * (parameter - (((L.Broadcast(meanStep) * first) + (L.Broadcast(differenceStep) * second)) / scale));
        }
    }
}
