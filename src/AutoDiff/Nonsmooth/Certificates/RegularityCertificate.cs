namespace ConservativeAD.Nonsmooth;

/// <summary>Whether a function is regular at a point in the sense of Clarke.</summary>
public enum RegularitySense
{
    /// <summary>The rules do not decide it.</summary>
    Unknown,

    /// <summary>The function is strictly differentiable at the point: no kink reaches the value, or only with a cotangent of 0.</summary>
    Smooth,

    /// <summary>F is regular: its generalised directional derivative is the directional derivative, F°(x; d) = F'(x; d).</summary>
    Regular,

    /// <summary>−F is regular, as at a peak of a concave function. Then ∂F = −∂(−F).</summary>
    NegativeRegular,
}

/// <summary>What is known about regularity at a point; see <see cref="Regularity"/>.</summary>
/// <param name="Sense">Whether F or −F is regular.</param>
/// <param name="Reason">Why the rules do not decide it, with the operation; empty if they do.</param>
public sealed record RegularityCertificate(RegularitySense Sense, string Reason)
{
    /// <summary>Whether F or −F is certified regular, so that one locked gradient is an extreme element of the set in a direction.</summary>
    public bool IsCertified => Sense != RegularitySense.Unknown;

    /// <inheritdoc/>
    public override string ToString() => Sense switch
    {
        RegularitySense.Smooth => "strictly differentiable: no kink bends the value",
        RegularitySense.Regular => "regular: every operation at a kink bends the value upwards",
        RegularitySense.NegativeRegular => "−F is regular: every operation at a kink bends the value downwards",
        _ => $"not certified regular: {Reason}",
    };
}
