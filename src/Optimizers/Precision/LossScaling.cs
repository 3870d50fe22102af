namespace ConservativeAD.Optimizers;

/// <summary>
/// The scaling of a loss so that small gradients are not lost in Half (Micikevicius et al., Mixed precision training, ICLR 2018, section 3.2). The scale is
/// divided after a step whose gradients are not finite, and multiplied after a number of good steps.
/// </summary>
public sealed record LossScaling
{
    // The largest power of 2 that a Half holds.
    private const double Largest = 32768;

    /// <summary>A scale that changes, starting from 32768.</summary>
    public static LossScaling Dynamic { get; } = new();

    /// <summary>The initial scale; from 2⁻¹⁵ to 32768, and a power of 2, so that scaling has no rounding error.</summary>
    public double Initial { get; init => field = PowerOfTwo(value); } = Largest;

    /// <summary>The divisor of the scale after a gradient that is not finite; 1 leaves the scale unchanged.</summary>
    public double Backoff { get; init => field = AtLeastOne(value); } = 2;

    /// <summary>The factor of the scale after the given number of good steps; 1 leaves the scale unchanged.</summary>
    public double Growth { get; init => field = AtLeastOne(value); } = 2;

    /// <summary>The number of consecutive good steps before the scale is multiplied; at least 1.</summary>
    public int GrowthInterval
    {
        get; init =>
        field = value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A scale grows after at least 1 step; {value} was given.");
    } = 2000;

    /// <summary>A scale that does not change.</summary>
    /// <param name="scale">The scale; a power of 2 from 2⁻¹⁵ to 32768.</param>
    public static LossScaling Constant(double scale) => new() { Initial = scale, Backoff = 1, Growth = 1 };

    internal double Grown(double scale) => Math.Min(Largest, scale * Growth);

    internal double Reduced(double scale) => Math.Max(1 / Largest, scale / Backoff);

    private static double PowerOfTwo(double value) =>
        value >= 1 / Largest && value <= Largest && Math.Log2(value) == Math.Floor(Math.Log2(value))
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"A loss scale is a power of 2 from 2^-15 to 32768; {value} was given.");

    private static double AtLeastOne(double value) =>
        value is 1 or 2 or 4 or 8 or 16
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A loss scale is multiplied or divided by 1, 2, 4, 8 or 16; {value} was given.");

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
