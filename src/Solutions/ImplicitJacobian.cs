namespace ConservativeAD.Solutions;

/// <summary>A Jacobian of a solution in its parameters.</summary>
/// <param name="Matrix">A row for each unknown, a column for each parameter.</param>
/// <param name="Certificate">What it is known to be.</param>
public sealed record ImplicitJacobian(double[,] Matrix, ImplicitCertificate Certificate)
{
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Matrix.GetLength(0)} × {Matrix.GetLength(1)}, {Certificate}");
        return true;
    }
}
