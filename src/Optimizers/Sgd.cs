using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Stochastic (sub)gradient descent with optional momentum (Polyak; Nesterov), in PyTorch's form.</summary>
/// <remarks>
/// g ← g + λθ; the momentum is g at a parameter's first update and b ← μb + (1 − δ)g afterwards; the direction is b, or g + μb with
/// <see cref="Nesterov"/>; θ ← θ − α · direction.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="momentum">μ, in [0, 1); no state is kept at 0.</param>
    public Sgd(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, double momentum = 0)
        : this([new ParameterGroup<T>([.. parameters])], schedule, momentum)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="momentum">μ, in [0, 1); no state is kept at 0.</param>
    public Sgd(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, double momentum = 0)
        : base(groups, schedule, Demand.FractionBelowOne(momentum, nameof(momentum)) > 0 ? ["momentum"] : []) => Momentum = momentum;

    /// <summary>μ.</summary>
    public double Momentum { get; }

    /// <summary>δ, the fraction of each new gradient that the momentum leaves out.</summary>
    public double Dampening { get; init => field = Demand.NotNegative(value); }

    /// <summary>Whether to use Nesterov's look-ahead (Nesterov 1983, in the form of Sutskever et al. 2013). It requires momentum and no dampening.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (Nesterov && (Momentum == 0 || Dampening != 0))
            throw new InvalidOperationException($"Nesterov's step wants a positive momentum and no dampening; they are {Momentum} and {Dampening}.");
        Device device = slot.Parameter.Value.Device;
        if (Momentum == 0 && clipped.IsNone && weightDecay == 0)
            device.Update(new Bare(stepSize), slot.Parameter.Value, gradient);
        else if (Momentum == 0)
            device.Update(new Plain(clipped, stepSize, weightDecay), slot.Parameter.Value, gradient);
        else if (Nesterov)
            device.Update(new LookingAhead(clipped, stepSize, weightDecay, slot.Updates == 1 ? 0 : Momentum, Momentum), slot.Parameter.Value, gradient,
                slot.First);
        else if (slot.Updates == 1)
            device.Update(new WithMomentum(clipped, stepSize, weightDecay, 0, 1), slot.Parameter.Value, gradient, slot.First);
        else
            device.Update(new WithMomentum(clipped, stepSize, weightDecay, Momentum, 1 - Dampening), slot.Parameter.Value, gradient, slot.First);
    }

    internal readonly struct Bare(double stepSize) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter -= L.Broadcast(stepSize) * gradient;
    }

    internal readonly struct Plain(ClippedGradient clipped, double stepSize, double decay) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            parameter -= L.Broadcast(stepSize) * g;
        }
    }

    internal readonly struct WithMomentum(ClippedGradient clipped, double stepSize, double decay, double kept, double added) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first = (L.Broadcast(kept) * first) + (L.Broadcast(added) * g);
            parameter -= L.Broadcast(stepSize) * first;
        }
    }

    internal readonly struct LookingAhead(ClippedGradient clipped, double stepSize, double decay, double kept, double momentum) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first = (L.Broadcast(kept) * first) + g;
            parameter -= L.Broadcast(stepSize) * (g + (L.Broadcast(momentum) * first));
        }
    }
}
