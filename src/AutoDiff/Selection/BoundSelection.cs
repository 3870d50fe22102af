namespace ConservativeAD;

/// <summary>The slopes selected at the lower and at the upper kink of an operation that has two.</summary>
/// <param name="Lower">The slope at the lower kink.</param>
/// <param name="Upper">The slope at the upper kink.</param>
public readonly record struct BoundSelection(double Lower, double Upper)
{
    /// <summary>One slope for both kinks.</summary>
    /// <param name="slope">The slope.</param>
    public static BoundSelection Both(double slope) => new(slope, slope);
}
