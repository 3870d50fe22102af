namespace ConservativeAD.Nonsmooth;

/// <summary>An element of the Clarke subdifferential of an objective, with its certificate.</summary>
/// <param name="Value">The objective's value.</param>
/// <param name="Gradient">The element.</param>
/// <param name="Certificate">What is known about it.</param>
public sealed record ClarkeElement(double Value, double[] Gradient, ClarkeCertificate Certificate)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
