using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Stochastic gradient steps that are shortened if the linear model of the mini-batch's loss would fall below a lower bound (the truncated model of H. Asi and
/// J. Duchi, SIAM J. Optim. 2019): Polyak's step, bounded by the schedule.
/// </summary>
/// <remarks>
/// θ ← θ − min{α, (loss − bound)/‖g‖²}·g, where the norm is that of all gradients together. If one point fits every mini-batch, any step size is stable.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class TruncatedSgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private double? length;

    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The upper bounds of the step sizes.</param>
    public TruncatedSgd(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The upper bounds of the step sizes.</param>
    public TruncatedSgd(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule) => RefuseSchedulesOfGroups();

    internal override bool NeedsMoreThanGradients => true;

    /// <summary>The lower bound of every mini-batch's loss.</summary>
    public double LowerBound
    {
        get; init =>
        field = double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(LowerBound), value, $"{nameof(LowerBound)} is a finite number; it was {value}.");
    }

    /// <summary>The step size of the last step, before the factors of groups.</summary>
    public double LastStepSize { get; private set; } = double.NaN;

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">The gradients of the mini-batch's loss.</param>
    /// <param name="loss">The loss.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArgumentException">The loss is below the lower bound, or NaN.</exception>
    /// <exception cref="InvalidOperationException">Steps are to rise; the model is a lower bound.</exception>
    /// <exception cref="ArithmeticException">A gradient is not finite, gradients are checked, and <see cref="Optimizer{T}.OnNonFiniteGradient"/> is set to
    /// throw.</exception>
    public bool Step(Gradients<T> gradients, double loss)
    {
        if (!(loss >= LowerBound))
            throw new ArgumentException($"A loss of {loss} was given; it must not be below the lower bound {LowerBound}.", nameof(loss));
        double square = 0;
        foreach (OptimizerSlot<T> slot in Slots)
        {
            if (slot.Group.Maximize ?? Maximize)
                throw new InvalidOperationException($"{slot.Parameter} is to be maximised; a step that is cut at a lower bound falls. Negate the loss.");
            if (gradients.Has(slot.Parameter))
                square += slot.Parameter.Value.Device.SumOfSquares(gradients.Of(slot.Parameter));
        }

        length = square > 0 ? Math.Min(1, (loss - LowerBound) / square / Schedule.StepSize(StepCount)) : 0;
        LastStepSize = length.Value * Schedule.StepSize(StepCount);
        try
        {
            return StepFrom(gradients);
        }
        finally
        {
            length = null;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss was not given.</exception>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        double share = length ?? throw new InvalidOperationException("A truncated step needs the loss; call Step(gradients, loss).");
        slot.Parameter.Value.Device.Update(new Sgd<T>.Plain(clipped, share * stepSize, weightDecay), slot.Parameter.Value, gradient);
    }
}
