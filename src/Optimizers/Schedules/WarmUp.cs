namespace ConservativeAD.Optimizers;

/// <summary>
/// A rise during the first w steps, followed by any schedule β: αₖ = β₀ f(k) for k &lt; w, then αₖ = β at step k − w.
/// The rise is linear, f(k) = (k + 1)/w (Goyal et al. 2017, arXiv 1706.02677), or exponential, f(k) = r^{1 − (k + 1)/w}, from about the ratio r up to 1.
/// </summary>
/// <remarks>
/// Finitely many additional terms change neither whether the sums diverge nor whether the steps tend to 0, so the facts are those of the following schedule,
/// with those terms added.
/// </remarks>
public sealed record WarmUp : IStepSizeSchedule, IKeepsProgress, IBecomesConstant
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="inner">The schedule after the rise.</param>
    /// <param name="steps">w, at least 1.</param>
    /// <param name="firstRatio">r, in (0, 1), for an exponential rise; linear if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public WarmUp(IStepSizeSchedule inner, long steps, double? firstRatio = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
        Steps = Demand.AtLeast(1, steps, nameof(steps));
        FirstRatio = firstRatio is null or (> 0 and < 1)
            ? firstRatio
            : throw new ArgumentOutOfRangeException(nameof(firstRatio), firstRatio, $"An exponential rise starts from a ratio in (0, 1); it was {firstRatio}.");
    }

    /// <summary>The schedule after the rise.</summary>
    public IStepSizeSchedule Inner { get; }

    /// <summary>w, the number of steps of the rise.</summary>
    public long Steps { get; }

    /// <summary>r, the start of an exponential rise; linear if null.</summary>
    public double? FirstRatio { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => Add(Inner.SumOfSteps, 1);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => Add(Inner.SumOfSquares, 2);

    /// <inheritdoc/>
    public bool StepsVanish => Inner.StepsVanish;

    long? IBecomesConstant.ConstantFrom => (Inner as IBecomesConstant)?.ConstantFrom + Steps;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        return step < Steps ? Inner.StepSize(0) * Share(step) : Inner.StepSize(step - Steps);
    }

    private double Share(long step)
    {
        double passed = (step + 1.0) / Steps;
        return FirstRatio is { } ratio ? Math.Pow(ratio, 1 - passed) : passed;
    }

    private SeriesBehaviour Add(SeriesBehaviour behaviour, int power)
    {
        if (behaviour.Limit is SeriesLimit.Diverges or SeriesLimit.Unknown)
            return behaviour;
        double sum = behaviour.Value;
        for (long step = 0; step < Steps; step++)
            sum += Math.Pow(StepSize(step), power);
        return behaviour with { Value = sum, Horizon = behaviour.Horizon + Steps };
    }

    /// <inheritdoc/>
    IReadOnlyDictionary<string, double> IKeepsProgress.Progress => (Inner as IKeepsProgress)?.Progress ?? new Dictionary<string, double>();

    /// <inheritdoc/>
    void IKeepsProgress.RestoreProgress(IReadOnlyDictionary<string, double> progress) => (Inner as IKeepsProgress)?.RestoreProgress(progress);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
