namespace ConservativeAD.Optimizers;

/// <summary>How gradients are bounded before a step.</summary>
/// <param name="MaximumNorm">The largest ℓ₂ norm of all gradients together; larger ones are scaled down. Null for no bound.</param>
/// <param name="MaximumValue">The largest magnitude of an element; larger ones are cut. Null for no bound.</param>
public sealed record GradientClipping(double? MaximumNorm = null, double? MaximumValue = null)
{
    private readonly double? maximumNorm = MaximumNorm is null or > 0 ? MaximumNorm : throw new ArgumentOutOfRangeException(nameof(MaximumNorm), MaximumNorm, $"Gradients cannot be clipped to a norm of {MaximumNorm}; it must be above 0.");
    private readonly double? maximumValue = MaximumValue is null or > 0 ? MaximumValue : throw new ArgumentOutOfRangeException(nameof(MaximumValue), MaximumValue, $"Gradients cannot be clipped to a magnitude of {MaximumValue}; it must be above 0.");

    internal double? NormBound => maximumNorm;

    internal double? ValueBound => maximumValue;
}
