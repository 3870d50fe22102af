namespace ConservativeAD.Optimizers;

/// <summary>αₖ = α₀. Both sums diverge: the iterates end in a neighbourhood of critical points whose size shrinks with α₀.</summary>
public sealed record ConstantStepSize : IStepSizeSchedule, IBecomesConstant
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">α₀ is not positive.</exception>
    public ConstantStepSize(double initial) => Initial = initial;

    /// <summary>α₀.</summary>
    public double Initial { get; init => field = Demand.Positive(value); }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Diverges;

    long? IBecomesConstant.ConstantFrom => 0;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        return Initial;
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
