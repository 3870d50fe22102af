namespace ConservativeAD.Optimizers;

/// <summary>α at every step. Σα = ∞ and Σα² = ∞.</summary>
/// <param name="Initial">α, above 0.</param>
public sealed record ConstantStepSize(double Initial) : StepSizeSchedule
{
    private readonly double initial = Positive(Initial);

    /// <inheritdoc/>
    public override StepSizeSeries Sum => StepSizeSeries.Diverges;

    /// <inheritdoc/>
    public override StepSizeSeries SumOfSquares => StepSizeSeries.Diverges;

    /// <inheritdoc/>
    public override double StepSize(long step) => initial;
}
