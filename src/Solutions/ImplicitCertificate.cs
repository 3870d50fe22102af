using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>What a derivative of a solution is known to be.</summary>
public enum ImplicitClaim
{
    /// <summary>Nothing: the reason says why.</summary>
    None,

    /// <summary>The derivative: no operation of the equation is at a kink at the solution.</summary>
    Derivative,

    /// <summary>An element of Clarke's Jacobian of the solution: a limit of derivatives nearby.</summary>
    ClarkeJacobian,

    /// <summary>An element of a conservative Jacobian of the solution: every choice at the kink leaves ∂F/∂z invertible.</summary>
    ConservativeJacobian,
}

/// <summary>What is known about the derivative of a solution of F(z, x) = 0.</summary>
/// <param name="Claim">What the derivative is.</param>
/// <param name="Reason">Why nothing is claimed; empty otherwise.</param>
/// <param name="Residual">The largest magnitude of a value of F at the solution. The claim is about the equation whose right side it is.</param>
/// <param name="Kinks">The operations of F at a kink at the solution.</param>
public sealed record ImplicitCertificate(ImplicitClaim Claim, string Reason, double Residual, KinkCensus Kinks)
{
    /// <summary>The condition of ∂F/∂z in the 1-norm; null if the system was solved without a matrix.</summary>
    public double? Condition { get; init; }

    /// <summary>
    /// For a fixed point z = T(z, x), the Euclidean norm of ∂T/∂z; null for other equations, or without a matrix. Below 1 the map is a contraction near the
    /// solution.
    /// </summary>
    public double? ContractionFactor { get; init; }

    /// <summary>Whether something is claimed.</summary>
    public bool IsCertified => Claim != ImplicitClaim.None;

    /// <inheritdoc/>
    public override string ToString()
    {
        string claim = Claim switch
        {
            ImplicitClaim.Derivative => "the derivative of the solution: no operation sat at a kink",
            ImplicitClaim.ClarkeJacobian => $"an element of Clarke's Jacobian of the solution, at {Kinks}",
            ImplicitClaim.ConservativeJacobian => $"an element of a conservative Jacobian of the solution, at {Kinks}",
            _ => $"not certified: {Reason}",
        };
        string condition = Condition is { } known ? string.Create(CultureInfo.InvariantCulture, $", condition {known:0.##E+0}") : "";
        string contraction = ContractionFactor is { } factor
            ? string.Create(CultureInfo.InvariantCulture, $", {(factor < 1 ? "a contraction" : "not a contraction in the Euclidean norm")} ({factor:0.####})")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{claim}; residual {Residual:0.##E+0}{condition}{contraction}");
    }
}
