using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Follow the regularised leader (McMahan et al., Ad Click Prediction, KDD 2013), in the form of TensorFlow's ApplyFtrlV2.</summary>
/// <remarks>
/// With p = −<see cref="StepSizePower"/>, n the sum of squares and n′ = n + g²: z ← z + g + 2sθ − (n′ᵖ − nᵖ)θ/α, n ← n′ and
/// θ ← (clip(z, ±ℓ₁) − z)/(nᵖ/α + 2ℓ₂ + β/α): the minimiser of the sum of all linearised losses and both norms. Components with |z| ≤ ℓ₁ are exactly 0.
/// Weight decay λ adds λ/2 to ℓ₂. A step of size 0 changes nothing. Keras' step size is 0.001.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Ftrl<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="initialSum">The initial value of every n; positive.</param>
    public Ftrl(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, double initialSum = 0.1)
        : this([new ParameterGroup<T>([.. parameters])], schedule, initialSum)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="initialSum">The initial value of every n; positive.</param>
    public Ftrl(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, double initialSum = 0.1)
        : base(groups, schedule, "square_sum", "linear")
    {
        InitialSum = Demand.Positive(initialSum, nameof(initialSum));
        foreach (OptimizerSlot<T> slot in Slots)
            slot.First.Fill(initialSum);
    }

    /// <summary>The initial value of every n.</summary>
    public double InitialSum { get; }

    /// <summary>The power by which step sizes decrease with n; at most 0, and −½ by default.</summary>
    public double StepSizePower
    {
        get;
        init => field = value <= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(StepSizePower), value, $"{nameof(StepSizePower)} is a finite number, at most 0; it was {value}.");
    }
        = -0.5;

    /// <summary>ℓ₁, the weight of the sum of magnitudes.</summary>
    public double AbsolutePenalty { get; init => field = Demand.NotNegative(value); }

    /// <summary>ℓ₂, the weight of the sum of squares.</summary>
    public double SquaredPenalty { get; init => field = Demand.NotNegative(value); }

    /// <summary>s, a weight of the sum of squares that acts on gradients only.</summary>
    public double Shrinkage { get; init => field = Demand.NotNegative(value); }

    /// <summary>β, added to nᵖ in the denominator.</summary>
    public double Offset { get; init => field = Demand.NotNegative(value); }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (stepSize == 0)
            return;
        double squared = SquaredPenalty + (Offset / (2 * stepSize)) + (weightDecay / 2);
        Device device = slot.Parameter.Value.Device;
        if (StepSizePower == -0.5)
            device.Update(new Root(clipped, stepSize, AbsolutePenalty, squared, Shrinkage), slot.Parameter.Value, gradient, slot.First, slot.Second);
        else
            device.Update(new Power(clipped, stepSize, AbsolutePenalty, squared, Shrinkage, -StepSizePower), slot.Parameter.Value, gradient, slot.First,
                slot.Second);
    }

    internal readonly struct Root(ClippedGradient clipped, double stepSize, double absolute, double squared, double shrinkage) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), g = clipped.Invoke(gradient);
            L shrunk = g + (L.Broadcast(2 * shrinkage) * parameter);
            L sum = first + (g * g);
            L before = L.Sqrt(first), after = L.Sqrt(sum);
            second += shrunk - ((after - before) * L.Broadcast(1 / stepSize) * parameter);
            L curvature = (after * L.Broadcast(1 / stepSize)) + L.Broadcast(2 * squared);
            L bound = L.Broadcast(absolute);
            parameter = (L.Max(-bound, L.Min(bound, second)) - second) / curvature;
            first = sum;
        }
    }

    internal readonly struct Power(ClippedGradient clipped, double stepSize, double absolute, double squared, double shrinkage, double power) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), g = clipped.Invoke(gradient);
            L shrunk = g + (L.Broadcast(2 * shrinkage) * parameter);
            L sum = first + (g * g);
            L before = L.Pow(first, L.Broadcast(power)), after = L.Pow(sum, L.Broadcast(power));
            second += shrunk - ((after - before) * L.Broadcast(1 / stepSize) * parameter);
            L curvature = (after * L.Broadcast(1 / stepSize)) + L.Broadcast(2 * squared);
            L bound = L.Broadcast(absolute);
            parameter = (L.Max(-bound, L.Min(bound, second)) - second) / curvature;
            first = sum;
        }
    }
}
