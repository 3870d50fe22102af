using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adam (Kingma and Ba 2015), and with <see cref="DecoupledDecay"/> AdamW (Loshchilov and Hutter 2019).</summary>
/// <remarks>
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε), with t the parameter's own number of updates.
/// Weight decay λ is added to the gradient, g ← g + λθ, or, if it is decoupled, applied to the parameter directly, θ ← (1 − αλ)θ.
/// With T = Half the moments are kept in Half, where squares of gradients below about 10⁻³ are 0, so use ε of 10⁻⁴ or more.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public class Adam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="amsGrad">Whether to divide by the root of the largest v so far (AMSGrad).</param>
    public Adam(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, bool amsGrad = false)
        : this([new ParameterGroup<T>([.. parameters])], schedule, amsGrad)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="amsGrad">Whether to divide by the root of the largest v so far (AMSGrad).</param>
    public Adam(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, bool amsGrad = false)
        : base(groups, schedule, amsGrad ? ["first_moment", "second_moment", "largest_second_moment"] : ["first_moment", "second_moment"]) => AmsGrad = amsGrad;

    /// <summary>Whether to divide by the root of the largest v so far, kept in a third state (AMSGrad; Reddi, Kale and Kumar, ICLR 2018).</summary>
    public bool AmsGrad { get; }

    /// <summary>β₁, the decay factor of the mean of gradients; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <summary>Whether weight decay acts on the parameter directly instead of through the gradient.</summary>
    public bool DecoupledDecay { get; init; }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        double firstCorrection = 1 - Math.Pow(Beta1, slot.Updates);
        double secondCorrection = 1 - Math.Pow(Beta2, slot.Updates);
        Moments update = new(
            clipped,
            Beta1,
            Beta2,
            stepSize / firstCorrection,
            1 / Math.Sqrt(secondCorrection),
            Epsilon,
            DecoupledDecay ? 0 : weightDecay,
            DecoupledDecay ? 1 - (stepSize * weightDecay) : 1);
        if (AmsGrad)
            slot.Parameter.Value.Device.Update(new LargestMoments(update), slot.Parameter.Value, gradient, slot.First, slot.Second, slot.Third);
        else
            slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Moments(ClippedGradient clipped, double beta1, double beta2, double stepSize, double rootScale, double epsilon,
        double gradientDecay, double kept) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            Average(parameter, gradient, ref first, ref second);
            Move(ref parameter, first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Average<L>(L parameter, L gradient, ref L first, ref L second)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(gradientDecay) * parameter);
            first += L.Broadcast(1 - beta1) * (g - first);
            second = (L.Broadcast(beta2) * second) + (L.Broadcast(1 - beta2) * (g * g));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Move<L>(ref L parameter, L first, L second)
            where L : struct, ILane<L>
        {
            L scale = (L.Sqrt(second) * L.Broadcast(rootScale)) + L.Broadcast(epsilon);
            parameter = (L.Broadcast(kept) * parameter) - (L.Broadcast(stepSize) * first / scale);
        }
    }

    internal readonly struct LargestMoments(Moments moments) : IUpdate
    {
        public static int States => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            moments.Average(parameter, gradient, ref first, ref second);
            third = L.Max(third, second);
            moments.Move(ref parameter, first, third);
        }
    }
}
