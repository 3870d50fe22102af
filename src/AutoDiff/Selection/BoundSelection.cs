namespace ConservativeAD;

/// <summary>The slopes selected at the lower and the upper kink of an operation with two kinks.</summary>
/// <param name="Lower">The slope at the lower kink.</param>
/// <param name="Upper">The slope at the upper kink.</param>
public readonly record struct BoundSelection(double Lower, double Upper)
{
    /// <summary>Selects the same slope at both kinks.</summary>
    /// <param name="slope">The slope.</param>
    public static BoundSelection Both(double slope) => new(slope, slope);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
