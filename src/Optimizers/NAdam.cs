using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adam with Nesterov's momentum and a rising momentum (Dozat, ICLR workshop 2016), in PyTorch's form.</summary>
/// <remarks>
/// μₜ = β₁(1 − ½ · 0.96^{tψ}), m and v as in Adam, P = μ₁ ⋯ μₜ, and
/// θ ← θ − α((1 − μₜ)/(1 − P) · g + μₜ₊₁/(1 − Pμₜ₊₁) · m)/(√(v/(1 − β₂ᵗ)) + ε). The product P is a function of t, the parameter's own number
/// of updates, and is recomputed when counts are restored. PyTorch's step size is 0.002.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class NAdam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The base of the momentum's rise, as given by Dozat.
    private const double Rise = 0.96;

    private readonly Dictionary<OptimizerSlot<T>, (long Updates, double Product)> products = [];

    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    public NAdam(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public NAdam(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "first_moment", "second_moment")
    {
    }

    /// <summary>β₁, the decay factor of the mean of gradients; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <summary>ψ, how fast the momentum rises to β₁.</summary>
    public double MomentumDecay { get; init => field = Demand.NotNegative(value); } = 4e-3;

    /// <summary>Whether weight decay acts on the parameter directly, θ ← (1 − αλ)θ, instead of through the gradient.</summary>
    public bool DecoupledDecay { get; init; }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        double momentum = Momentum(slot.Updates);
        double next = Momentum(slot.Updates + 1);
        double product = Product(slot);
        Lookahead update = new(
            clipped,
            DecoupledDecay ? 0 : weightDecay,
            DecoupledDecay ? stepSize * weightDecay : 0,
            stepSize * (1 - momentum) / (1 - product),
            stepSize * next / (1 - (product * next)),
            Beta1,
            Beta2,
            1 / Math.Sqrt(1 - Math.Pow(Beta2, slot.Updates)),
            Epsilon);
        slot.Parameter.Value.Device.Update(update, slot.Parameter.Value, gradient, slot.First, slot.Second);
    }

    private double Momentum(long update) => Beta1 * (1 - (0.5 * Math.Pow(Rise, update * MomentumDecay)));

    private double Product(OptimizerSlot<T> slot)
    {
        (long updates, double product) = products.TryGetValue(slot, out var known) && known.Updates <= slot.Updates ? known : (0, 1.0);
        for (; updates < slot.Updates; updates++)
            product *= Momentum(updates + 1);
        products[slot] = (updates, product);
        return product;
    }

    internal readonly struct Lookahead(ClippedGradient clipped, double decay, double lost, double gradientStep, double momentumStep, double beta1, double beta2,
        double rootScale, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient) + (L.Broadcast(decay) * parameter);
            first += L.Broadcast(1 - beta1) * (g - first);
            second = (L.Broadcast(beta2) * second) + (L.Broadcast(1 - beta2) * (g * g));
            L scale = (L.Sqrt(second) * L.Broadcast(rootScale)) + L.Broadcast(epsilon);
            parameter -= (L.Broadcast(lost) * parameter) + (((L.Broadcast(gradientStep) * g) + (L.Broadcast(momentumStep) * first)) / scale);
        }
    }
}
