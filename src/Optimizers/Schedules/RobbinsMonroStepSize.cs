namespace ConservativeAD.Optimizers;

/// <summary>α / (1 + k/κ)^p. Σα = ∞ for p ≤ 1, and Σα² &lt; ∞ for p > ½ (Robbins and Monro, Ann. Math. Statist. 1951).</summary>
/// <param name="Initial">α, above 0.</param>
/// <param name="Power">p, above 0; in (½, 1] for the Robbins–Monro conditions.</param>
/// <param name="Scale">κ, above 0: the step at which the decay sets in.</param>
public sealed record RobbinsMonroStepSize(double Initial, double Power = 1, double Scale = 1) : StepSizeSchedule
{
    private readonly double initial = Positive(Initial);
    private readonly double power = Power > 0 && double.IsFinite(Power) ? Power : throw new ArgumentOutOfRangeException(nameof(Power), Power, $"A power of {Power} was asked for; it must be above 0 (in (½, 1] for the Robbins–Monro conditions).");
    private readonly double scale = Scale > 0 && double.IsFinite(Scale) ? Scale : throw new ArgumentOutOfRangeException(nameof(Scale), Scale, $"A scale of {Scale} was asked for; it must be above 0.");

    /// <inheritdoc/>
    public override StepSizeSeries Sum => power <= 1 ? StepSizeSeries.Diverges : StepSizeSeries.Converges;

    /// <inheritdoc/>
    public override StepSizeSeries SumOfSquares => power > 0.5 ? StepSizeSeries.Converges : StepSizeSeries.Diverges;

    /// <inheritdoc/>
    public override double StepSize(long step) => initial / Math.Pow(1 + (step / scale), power);
}
