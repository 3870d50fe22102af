using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// RMSprop (Tieleman and Hinton, Coursera lecture 6.5, 2012), optionally centred (Graves 2013, arXiv 1308.0850) and with momentum, in PyTorch's form.
/// </summary>
/// <remarks>
/// g ← g + λθ, v ← ρv + (1 − ρ)g², and θ ← θ − αg/(√v + ε). The centred form also keeps the mean of gradients m ← ρm + (1 − ρ)g and uses v − m² in place of v,
/// replaced by 0 if rounding makes it negative. With momentum b ← μb + g/(√v + ε) and θ ← θ − αb. PyTorch's step size is 0.01.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class RmsProp<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="momentum">μ, in [0, 1); no state is kept for it at 0.</param>
    /// <param name="centred">Whether to divide by the root of the gradients' variance instead of the root of their mean square.</param>
    public RmsProp(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, double momentum = 0, bool centred = false)
        : this([new ParameterGroup<T>([.. parameters])], schedule, momentum, centred)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="momentum">μ, in [0, 1); no state is kept for it at 0.</param>
    /// <param name="centred">Whether to divide by the root of the gradients' variance instead of the root of their mean square.</param>
    public RmsProp(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, double momentum = 0, bool centred = false)
        : base(groups, schedule, StateNames(Demand.FractionBelowOne(momentum, nameof(momentum)), centred))
    {
        Momentum = momentum;
        IsCentred = centred;
    }

    /// <summary>μ.</summary>
    public double Momentum { get; }

    /// <summary>Whether to divide by the root of the gradients' variance.</summary>
    public bool IsCentred { get; }

    /// <summary>ρ, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Decay { get; init => field = Demand.FractionBelowOne(value); } = 0.99;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Device device = slot.Parameter.Value.Device;
        NDArray<T> parameter = slot.Parameter.Value;
        if (IsCentred && Momentum > 0)
            device.Update(new CentredWithMomentum(clipped, weightDecay, stepSize, Decay, Epsilon, Momentum), parameter, gradient, slot.First, slot.Second,
                slot.Third);
        else if (IsCentred)
            device.Update(new Centred(clipped, weightDecay, stepSize, Decay, Epsilon), parameter, gradient, slot.First, slot.Second);
        else if (Momentum > 0)
            device.Update(new WithMomentum(clipped, weightDecay, stepSize, Decay, Epsilon, Momentum), parameter, gradient, slot.First, slot.Second);
        else
            device.Update(new Plain(clipped, weightDecay, stepSize, Decay, Epsilon), parameter, gradient, slot.First);
    }

    private static string[] StateNames(double momentum, bool centred) => (centred, momentum > 0) switch
    {
        (true, true) => ["square_mean", "gradient_mean", "momentum"],
        (true, false) => ["square_mean", "gradient_mean"],
        (false, true) => ["square_mean", "momentum"],
        _ => ["square_mean"],
    };

    // g + λθ, the running means, and the divisor √v + ε of the step.
    private readonly struct Means(ClippedGradient clipped, double decay, double kept, double epsilon)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (L Gradient, L Divisor) OfSquares<L>(L parameter, L gradient, ref L squares)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            squares += L.Broadcast(1 - kept) * ((g * g) - squares);
            return (g, L.Sqrt(squares) + L.Broadcast(epsilon));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (L Gradient, L Divisor) Centred<L>(L parameter, L gradient, ref L squares, ref L mean)
            where L : struct, ILane<L>
        {
            (L g, _) = OfSquares(parameter, gradient, ref squares);
            mean += L.Broadcast(1 - kept) * (g - mean);
            return (g, L.Sqrt(L.Max(squares - (mean * mean), L.Constant(0))) + L.Broadcast(epsilon));
        }
    }

    internal readonly struct Plain(ClippedGradient clipped, double decay, double stepSize, double kept, double epsilon) : IUpdate
    {
        private readonly Means means = new(clipped, decay, kept, epsilon);

        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            (L g, L divisor) = means.OfSquares(parameter, gradient, ref first);
            parameter -= L.Broadcast(stepSize) * g / divisor;
        }
    }

    internal readonly struct WithMomentum(ClippedGradient clipped, double decay, double stepSize, double kept, double epsilon, double momentum) : IUpdate
    {
        private readonly Means means = new(clipped, decay, kept, epsilon);

        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            (L g, L divisor) = means.OfSquares(parameter, gradient, ref first);
            second = (L.Broadcast(momentum) * second) + (g / divisor);
            parameter -= L.Broadcast(stepSize) * second;
        }
    }

    internal readonly struct Centred(ClippedGradient clipped, double decay, double stepSize, double kept, double epsilon) : IUpdate
    {
        private readonly Means means = new(clipped, decay, kept, epsilon);

        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            (L g, L divisor) = means.Centred(parameter, gradient, ref first, ref second);
            parameter -= L.Broadcast(stepSize) * g / divisor;
        }
    }

    internal readonly struct CentredWithMomentum(ClippedGradient clipped, double decay, double stepSize, double kept, double epsilon, double momentum) : IUpdate
    {
        private readonly Means means = new(clipped, decay, kept, epsilon);

        public static int States => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            (L g, L divisor) = means.Centred(parameter, gradient, ref first, ref second);
            third = (L.Broadcast(momentum) * third) + (g / divisor);
            parameter -= L.Broadcast(stepSize) * third;
        }
    }
}
