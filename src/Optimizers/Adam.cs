using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Adam (Kingma and Ba, ICLR 2015): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − α·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵏ), v̂ = v/(1 − β₂ᵏ).
/// Weight decay is added to the gradient; <see cref="AdamW{T}"/> decouples it.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public class Adam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double firstDecay;
    private readonly double secondDecay;
    private readonly double epsilon;
    private readonly double weightDecay;
    private readonly bool decoupled;

    /// <summary>Makes the optimiser.</summary>
    /// <param name="parameters">The parameters to change.</param>
    /// <param name="schedule">The step size α.</param>
    /// <param name="firstDecay">β₁, in [0, 1).</param>
    /// <param name="secondDecay">β₂, in [0, 1).</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="weightDecay">At least 0, added to the gradient.</param>
    public Adam(IEnumerable<Parameter<T>> parameters, StepSizeSchedule schedule, double firstDecay = 0.9, double secondDecay = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this(parameters, schedule, firstDecay, secondDecay, epsilon, weightDecay, false)
    {
    }

    private protected Adam(IEnumerable<Parameter<T>> parameters, StepSizeSchedule schedule, double firstDecay, double secondDecay, double epsilon, double weightDecay, bool decoupled)
        : base(parameters, schedule, "firstMoment", "secondMoment")
    {
        if (firstDecay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(firstDecay), firstDecay, $"A β₁ of {firstDecay} was asked for; it must be in [0, 1).");
        if (secondDecay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(secondDecay), secondDecay, $"A β₂ of {secondDecay} was asked for; it must be in [0, 1).");
        if (!(epsilon > 0))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"An ε of {epsilon} was asked for; it must be above 0.");
        if (!(weightDecay >= 0))
            throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, $"A weight decay of {weightDecay} was asked for; it must be at least 0.");
        this.firstDecay = firstDecay;
        this.secondDecay = secondDecay;
        this.epsilon = epsilon;
        this.weightDecay = weightDecay;
        this.decoupled = decoupled;
    }

    /// <inheritdoc/>
    protected override void Update(in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second, double stepSize, long step)
    {
        double firstCorrection = 1 - Math.Pow(firstDecay, step);
        double secondCorrection = 1 - Math.Pow(secondDecay, step);
        Moments update = new(
            firstDecay,
            secondDecay,
            stepSize / firstCorrection,
            1 / Math.Sqrt(secondCorrection),
            epsilon,
            decoupled ? 0 : weightDecay,
            decoupled ? 1 - (stepSize * weightDecay) : 1);
        parameter.Device.Update(update, parameter, gradient, first, second);
    }

    private readonly struct Moments(double firstDecay, double secondDecay, double stepSize, double rootScale, double epsilon, double coupledDecay, double shrinkage) : IUpdate
    {
        public static int States => 2;

        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second)
            where L : struct, ILane<L>
        {
            L g = gradient + (L.Constant(coupledDecay) * parameter);
            first = (L.Constant(firstDecay) * first) + (L.Constant(1 - firstDecay) * g);
            second = (L.Constant(secondDecay) * second) + (L.Constant(1 - secondDecay) * (g * g));
            L denominator = (L.Sqrt(second) * L.Constant(rootScale)) + L.Constant(epsilon);
            parameter = (L.Constant(shrinkage) * parameter) - (L.Constant(stepSize) * first / denominator);
        }
    }
}
