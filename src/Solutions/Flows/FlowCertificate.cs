using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>What a derivative of a flow is known to be.</summary>
public enum FlowClaim
{
    /// <summary>Nothing: the reason says why.</summary>
    None,

    /// <summary>The derivative: kinks and jumps of field and state are met transversally, one at a time.</summary>
    Derivative,

    /// <summary>
    /// An element of a conservative Jacobian: the solution stays on kinks of a locally Lipschitz field, and the sensitivity inclusion holds there.
    /// </summary>
    ConservativeJacobian,
}

/// <summary>What is known about the derivatives of a solution of x′ = f(t, x, p).</summary>
/// <remarks>
/// They are the derivatives of the computed steps, with the times of steps and events held fixed and the movement of events taken by saltation matrices. They
/// are as far from those of the exact flow as the method's steps are from exact.
/// </remarks>
/// <param name="Claim">What the derivative is.</param>
/// <param name="Reason">Why nothing is claimed; empty otherwise.</param>
/// <param name="Margin">The smallest margin of the solution's events, from 0 for a graze to 1; 1 if there are none.</param>
/// <param name="Events">The number of events.</param>
/// <param name="Jumps">How many of them were jumps of the field or the state.</param>
public sealed record FlowCertificate(FlowClaim Claim, string Reason, double Margin, int Events, int Jumps)
{
    /// <summary>The operations whose kinks the solution stayed on.</summary>
    public IReadOnlyList<string> Rests { get; init; } = [];

    /// <summary>Whether something is claimed.</summary>
    public bool IsCertified => Claim != FlowClaim.None;

    /// <inheritdoc/>
    public override string ToString()
    {
        string claim = Claim switch
        {
            FlowClaim.Derivative => "the derivative of the flow",
            FlowClaim.ConservativeJacobian => $"an element of a conservative Jacobian of the flow, which stays at kinks of {string.Join(", ", Rests)}",
            _ => $"not certified: {Reason}",
        };
        return Events == 0 ? $"{claim}; no events"
            : string.Create(CultureInfo.InvariantCulture, $"{claim}; events {Events}, jumps {Jumps}, smallest margin {Margin:0.###}");
    }
}
