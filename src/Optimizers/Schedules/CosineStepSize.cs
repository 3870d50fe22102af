namespace ConservativeAD.Optimizers;

/// <summary>From α down to a final value along half a cosine (Loshchilov and Hutter, ICLR 2017), after an optional linear warm-up; the final value from there on.
/// With a final value of 0 both sums are finite; else both are infinite.</summary>
/// <param name="Initial">α, above 0.</param>
/// <param name="Steps">The step at which the final value is reached, at least 1.</param>
/// <param name="Final">The final value, at least 0.</param>
/// <param name="WarmUp">Steps over which the size first rises linearly to α; below <paramref name="Steps"/>.</param>
public sealed record CosineStepSize(double Initial, long Steps, double Final = 0, long WarmUp = 0) : StepSizeSchedule
{
    private readonly double initial = Positive(Initial);
    private readonly long steps = Steps >= 1 ? Steps : throw new ArgumentOutOfRangeException(nameof(Steps), Steps, $"A cosine over {Steps} steps was asked for; it takes at least 1.");
    private readonly double final = Final >= 0 ? Final : throw new ArgumentOutOfRangeException(nameof(Final), Final, $"A final step size of {Final} was asked for; it must be at least 0.");
    private readonly long warmUp = WarmUp >= 0 && WarmUp < Steps ? WarmUp : throw new ArgumentOutOfRangeException(nameof(WarmUp), WarmUp, $"A warm-up of {WarmUp} steps was asked for in a cosine of {Steps}; it must be shorter.");

    /// <inheritdoc/>
    public override StepSizeSeries Sum => final > 0 ? StepSizeSeries.Diverges : StepSizeSeries.Converges;

    /// <inheritdoc/>
    public override StepSizeSeries SumOfSquares => Sum;

    /// <inheritdoc/>
    public override double StepSize(long step)
    {
        if (step < warmUp)
            return initial * (step + 1) / (warmUp + 1);
        if (step >= steps)
            return final;
        return final + ((initial - final) * (1 + Math.Cos(Math.PI * (step - warmUp) / (steps - warmUp))) / 2);
    }
}
