namespace ConservativeAD.Optimizers;

/// <summary>αₖ = ℓ + (α₀ − ℓ)(1 − k/n)^p for k &lt; n, and ℓ from step n on.</summary>
public sealed record PolynomialDecay : IStepSizeSchedule, IBecomesConstant
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="steps">n, at least 1.</param>
    /// <param name="power">p, positive; 1 for a linear decay.</param>
    /// <param name="last">ℓ, in [0, α₀].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public PolynomialDecay(double initial, long steps, double power = 1, double last = 0)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        Steps = Demand.AtLeast(1, steps, nameof(steps));
        Power = Demand.Positive(power, nameof(power));
        Last = last >= 0 && last <= initial
            ? last
            : throw new ArgumentOutOfRangeException(nameof(last), last, $"The last step size lies in [0, {initial}]; it was {last}.");
    }

    /// <summary>α₀.</summary>
    public double Initial { get; }

    /// <summary>n, the step at which the last size is reached.</summary>
    public long Steps { get; }

    /// <summary>p.</summary>
    public double Power { get; }

    /// <summary>ℓ, the size from step n on.</summary>
    public double Last { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps =>
        Last > 0 ? SeriesBehaviour.Diverges : SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Steps);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares =>
        Last > 0 ? SeriesBehaviour.Diverges : SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Squares);

    long? IBecomesConstant.ConstantFrom => Steps;

    /// <inheritdoc/>
    public double StepSize(long step) =>
        Demand.AtLeast(0, step, nameof(step)) >= Steps ? Last : Last + ((Initial - Last) * Math.Pow(1 - ((double)step / Steps), Power));

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
