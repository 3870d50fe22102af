namespace ConservativeAD.Optimizers;

/// <summary>
/// αₖ = α₀ γ^⌊k/s⌋: the step size is multiplied by γ every s steps. Σ αₖ = α₀ s / (1 − γ) is finite, so a run may stop before it reaches a critical point.
/// </summary>
public sealed record StepDecay : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="every">s, at least 1.</param>
    /// <param name="factor">γ, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public StepDecay(double initial, long every, double factor = 0.1)
    {
        Initial = initial;
        Every = every;
        Factor = factor;
    }

    /// <summary>α₀.</summary>
    public double Initial { get; init => field = Demand.Positive(value); }

    /// <summary>s, the number of steps with the same size.</summary>
    public long Every { get; init => field = Demand.AtLeast(1, value); }

    /// <summary>γ.</summary>
    public double Factor
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), value,
                $"{nameof(Factor)} lies in (0, 1); it was {value}. For no decay take {nameof(ConstantStepSize)}.");
    }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Converges(Initial * Every / (1 - Factor));

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Converges(Initial * Initial * Every / (1 - (Factor * Factor)));

    /// <inheritdoc/>
    public double StepSize(long step) => Initial * Math.Pow(Factor, Demand.AtLeast(0, step, nameof(step)) / Every);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
