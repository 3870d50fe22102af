using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>The result of an iteration z ← T(z, x), and its derivative.</summary>
/// <param name="Value">The last iterate.</param>
/// <param name="Steps">The steps taken.</param>
/// <param name="LastStep">The length of the last one.</param>
/// <param name="Jacobian">The derivative: a row for each unknown, a column for each parameter.</param>
/// <param name="Derivative">How it was computed.</param>
/// <param name="ContractionFactor">The Euclidean norm of ∂T/∂z at the last step; below 1 for a contraction.</param>
/// <param name="ErrorBound">
/// A bound of the distance of the Jacobian from that of the fixed point, in the Euclidean norm: ρ‖∂T/∂x‖/(1 − ρ) for one step, ρᵏ‖∂T/∂x‖/(1 − ρ) for all k of
/// them, 0 for the implicit one, infinite where the factor ρ is not below 1. It holds where ∂T is the same along the path as at its end, as for affine maps;
/// else it is an estimate near the fixed point.
/// </param>
public sealed record IterationResult(double[] Value, int Steps, double LastStep, double[,] Jacobian, IterationDerivative Derivative, double ContractionFactor,
    double ErrorBound)
{
    /// <summary>What the implicit derivative is known to be; null for the others, which are derivatives of the steps and not of the fixed point.</summary>
    public ImplicitCertificate? Certificate { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Derivative} derivative after {Steps} steps, the last of length {LastStep:0.##E+0}; factor {ContractionFactor:0.####}, "
            + $"error at most {ErrorBound:0.##E+0}")
        + (Certificate is null ? "" : $"; {Certificate}");

    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(ToString());
        return true;
    }
}
