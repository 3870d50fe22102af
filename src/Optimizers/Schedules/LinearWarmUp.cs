namespace ConservativeAD.Optimizers;

/// <summary>Any schedule with its first steps shortened: βₖ = αₖ (k + 1)/w for k &lt; w, then βₖ = αₖ (Goyal et al. 2017, section 2.2, per step).</summary>
/// <remarks>Only w terms change, each to a finite one, so both series do what those of the schedule inside do; where they have sums, the w terms' change is exact.</remarks>
public sealed record LinearWarmUp : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="schedule">αₖ, the schedule whose first steps are shortened.</param>
    /// <param name="steps">w, how many steps the rise takes; 1 or more.</param>
    /// <exception cref="ArgumentNullException">There is no schedule.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rise takes no step.</exception>
    public LinearWarmUp(IStepSizeSchedule schedule, long steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Schedule = schedule;
        Steps = Demand.AtLeast(1, steps, nameof(steps));
    }

    /// <summary>αₖ, the schedule whose first steps are shortened.</summary>
    public IStepSizeSchedule Schedule { get; }

    /// <summary>w, how many steps the rise takes.</summary>
    public long Steps { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => Shortened(Schedule.SumOfSteps, static size => size);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => Shortened(Schedule.SumOfSquares, static size => size * size);

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        double size = Schedule.StepSize(Demand.AtLeast(0, step, nameof(step)));
        return step < Steps ? size * (step + 1) / Steps : size;
    }

    private SeriesBehaviour Shortened(SeriesBehaviour series, Func<double, double> term)
    {
        if (series.Limit == SeriesLimit.Diverges)
            return series;
        double change = 0;
        for (long step = 0; step < Steps; step++)
            change += term(StepSize(step)) - term(Schedule.StepSize(step));
        return series with { Value = series.Value + change };
    }
}
