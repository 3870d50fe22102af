namespace ConservativeAD;

/// <summary>Whether a program was recorded once for all examples, or once for each.</summary>
/// <param name="PreventedBy">What prevented recording it once, such as an operation without a form for many examples; null if nothing did.</param>
public sealed record VectorisationReport(string? PreventedBy)
{
    /// <summary>Whether the program was recorded once for all examples.</summary>
    public bool IsVectorised => PreventedBy is null;

    /// <inheritdoc/>
    public override string ToString() => IsVectorised ? "recorded once for all examples" : $"recorded for each example: {PreventedBy}";
}
