using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Stochastic (sub)gradient descent, with momentum, Nesterov's variant and ℓ₂ weight decay, by PyTorch's rule: g ← g + λθ; v ← μv + (1 − τ)g (v ← g at the first step);
/// θ ← θ − α(g + μv) with Nesterov, else θ ← θ − αv.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double momentum;
    private readonly double dampening;
    private readonly bool nesterov;
    private readonly double weightDecay;

    /// <summary>Makes the optimiser.</summary>
    /// <param name="parameters">The parameters to change.</param>
    /// <param name="schedule">The step size α.</param>
    /// <param name="momentum">μ, in [0, 1).</param>
    /// <param name="dampening">τ, in [0, 1].</param>
    /// <param name="nesterov">Whether to look ahead; asks for momentum above 0 and dampening 0.</param>
    /// <param name="weightDecay">λ, at least 0, added to the gradient.</param>
    public Sgd(IEnumerable<Parameter<T>> parameters, StepSizeSchedule schedule, double momentum = 0, double dampening = 0, bool nesterov = false, double weightDecay = 0)
        : base(parameters, schedule, momentum > 0 ? "momentum" : null, null)
    {
        if (momentum is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, $"A momentum of {momentum} was asked for; it must be in [0, 1).");
        if (dampening is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(dampening), dampening, $"A dampening of {dampening} was asked for; it must be in [0, 1].");
        if (!(weightDecay >= 0))
            throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, $"A weight decay of {weightDecay} was asked for; it must be at least 0.");
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException($"Nesterov's variant asks for momentum above 0 and dampening 0; they are {momentum} and {dampening}.", nameof(nesterov));
        this.momentum = momentum;
        this.dampening = dampening;
        this.nesterov = nesterov;
        this.weightDecay = weightDecay;
    }

    /// <inheritdoc/>
    protected override void Update(in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second, double stepSize, long step)
    {
        if (momentum == 0)
            parameter.Device.Update(new Plain(stepSize, weightDecay), parameter, gradient);
        else
            parameter.Device.Update(new Heavy(stepSize, weightDecay, step == 1 ? 0 : momentum, step == 1 ? 1 : 1 - dampening, nesterov ? momentum : 0, nesterov), parameter, gradient, first);
    }

    private readonly struct Plain(double stepSize, double weightDecay) : IUpdate
    {
        public static int States => 0;

        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second)
            where L : struct, ILane<L> =>
            parameter -= L.Constant(stepSize) * (gradient + (L.Constant(weightDecay) * parameter));
    }

    private readonly struct Heavy(double stepSize, double weightDecay, double keep, double take, double ahead, bool nesterov) : IUpdate
    {
        public static int States => 1;

        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second)
            where L : struct, ILane<L>
        {
            L g = gradient + (L.Constant(weightDecay) * parameter);
            first = (L.Constant(keep) * first) + (L.Constant(take) * g);
            L direction = nesterov ? g + (L.Constant(ahead) * first) : first;
            parameter -= L.Constant(stepSize) * direction;
        }
    }
}
