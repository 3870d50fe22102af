namespace ConservativeAD.Solutions;

/// <summary>A sampled expectation and its gradient.</summary>
/// <param name="Value">The mean value.</param>
/// <param name="Gradient">The mean of each element of the gradient.</param>
/// <param name="Samples">The number of samples.</param>
/// <param name="Certificate">What the mean gradient estimates.</param>
public sealed record ExpectationResult(Interval Value, IReadOnlyList<Interval> Gradient, int Samples, ExpectationCertificate Certificate)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Value}, gradient ({string.Join(", ", Gradient)}), {Samples} samples; {Certificate}";

    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(ToString());
        return true;
    }
}
