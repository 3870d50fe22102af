namespace ConservativeAD.Optimizers;

/// <summary>α·γ^⌊k/period⌋. For γ &lt; 1 both Σα and Σα² are finite (geometric): the iterates may stop before they reach a critical point.</summary>
/// <param name="Initial">α, above 0.</param>
/// <param name="Period">Steps between two decays, at least 1.</param>
/// <param name="Factor">γ, in (0, 1].</param>
public sealed record StepDecay(double Initial, long Period, double Factor = 0.1) : StepSizeSchedule
{
    private readonly double initial = Positive(Initial);
    private readonly long period = Period >= 1 ? Period : throw new ArgumentOutOfRangeException(nameof(Period), Period, $"A decay every {Period} steps was asked for; the period must be at least 1.");
    private readonly double factor = Factor is > 0 and <= 1 ? Factor : throw new ArgumentOutOfRangeException(nameof(Factor), Factor, $"A decay by {Factor} was asked for; the factor must be in (0, 1].");

    /// <inheritdoc/>
    public override StepSizeSeries Sum => factor < 1 ? StepSizeSeries.Converges : StepSizeSeries.Diverges;

    /// <inheritdoc/>
    public override StepSizeSeries SumOfSquares => Sum;

    /// <inheritdoc/>
    public override double StepSize(long step) => initial * Math.Pow(factor, step / period);
}
