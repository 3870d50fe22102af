using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adam (Kingma and Ba 2015), and with <see cref="DecoupledDecay"/> AdamW (Loshchilov and Hutter 2019).</summary>
/// <remarks>
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε), with t the parameter's own number of updates.
/// Weight decay λ is added to the gradient, g ← g + λθ, or taken from the parameter beside it, θ ← (1 − αλ)θ, where it is decoupled.
/// With T = Half the moments are kept in Half: squares of gradients below about 10⁻³ vanish there, so take ε of 10⁻⁴ or more.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public class Adam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="keepsMaximum">Whether the largest v so far divides (AMSGrad).</param>
    public Adam(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, bool keepsMaximum = false)
        : this([new ParameterGroup<T>([.. parameters])], schedule, keepsMaximum)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="keepsMaximum">Whether the largest v so far divides (AMSGrad).</param>
    public Adam(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, bool keepsMaximum = false)
        : base(groups, schedule, keepsMaximum ? ["first_moment", "second_moment", "largest_second_moment"] : ["first_moment", "second_moment"]) => KeepsMaximum = keepsMaximum;

    /// <summary>Whether the largest v so far divides (AMSGrad; Reddi, Kale and Kumar, ICLR 2018), which a third state keeps.</summary>
    public bool KeepsMaximum { get; }

    /// <summary>β₁, how much of the mean of gradients is kept; in [0, 1).</summary>
    public double FirstDecay { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, how much of the mean of squares is kept; in [0, 1).</summary>
    public double SecondDecay { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, what keeps the quotient finite where gradients vanish.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <summary>Whether weight decay acts on the parameter beside the adaptive step instead of through the gradient.</summary>
    public bool DecoupledDecay { get; init; }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        double firstCorrection = 1 - Math.Pow(FirstDecay, slot.Updates);
        double secondCorrection = 1 - Math.Pow(SecondDecay, slot.Updates);
        Moments update = new(
            clipped,
            FirstDecay,
            SecondDecay,
            stepSize / firstCorrection,
            1 / Math.Sqrt(secondCorrection),
            Epsilon,
            DecoupledDecay ? 0 : weightDecay,
            DecoupledDecay ? 1 - (stepSize * weightDecay) : 1);
        if (KeepsMaximum)
            slot.Parameter.Value.Device.Update(new LargestMoments(update), slot.Parameter.Value, gradient, slot.First, slot.Second, slot.Third);
        else
            slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    internal readonly struct Moments(ClippedGradient clipped, double firstDecay, double secondDecay, double stepSize, double rootScale, double epsilon, double gradientDecay, double kept) : IUpdate
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
            first += L.Broadcast(1 - firstDecay) * (g - first);
            second = (L.Broadcast(secondDecay) * second) + (L.Broadcast(1 - secondDecay) * (g * g));
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
