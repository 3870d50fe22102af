namespace ConservativeAD.Optimizers;

/// <summary>
/// αₖ = α₀·(a + (b − a)·k/n) for k &lt; n, and α₀·b from step n on: PyTorch's LinearLR, a warm-up or a decay. <see cref="WarmUp"/> rises in front of any
/// schedule.
/// </summary>
public sealed record LinearChange : IStepSizeSchedule, IBecomesConstant
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="first">a, in (0, 1].</param>
    /// <param name="last">b, in [0, 1].</param>
    /// <param name="steps">n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public LinearChange(double initial, double first = 1.0 / 3, double last = 1, long steps = 5)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        First = first is > 0 and <= 1
            ? first
            : throw new ArgumentOutOfRangeException(nameof(first), first, $"The first factor lies in (0, 1]; it was {first}.");
        Last = last is >= 0 and <= 1 ? last : throw new ArgumentOutOfRangeException(nameof(last), last, $"The last factor lies in [0, 1]; it was {last}.");
        Steps = Demand.AtLeast(1, steps, nameof(steps));
    }

    /// <summary>α₀.</summary>
    public double Initial { get; }

    /// <summary>a.</summary>
    public double First { get; }

    /// <summary>b.</summary>
    public double Last { get; }

    /// <summary>n.</summary>
    public long Steps { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps =>
        Last > 0 ? SeriesBehaviour.Diverges : SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Steps);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares =>
        Last > 0 ? SeriesBehaviour.Diverges : SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Squares);

    long? IBecomesConstant.ConstantFrom => Steps;

    /// <inheritdoc/>
    public double StepSize(long step) =>
        Initial * (Demand.AtLeast(0, step, nameof(step)) >= Steps ? Last : First + ((Last - First) * step / Steps));

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
