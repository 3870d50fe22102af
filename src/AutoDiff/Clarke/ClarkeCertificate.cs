namespace ConservativeAD;

/// <summary>What is known of a gradient that was computed by locking kinks along a direction.</summary>
/// <param name="Kinks">The operations that sat at a kink, and where; only those that the output depends on.</param>
/// <param name="NotLocallyLipschitz">Operations whose derivative is not finite at the point, as that of a square root at 0: the theory does not cover it.</param>
/// <param name="Discontinuous">Operations that sat at a jump: no conservative field exists there.</param>
/// <param name="Seed">The seed of the direction; null where the caller gave the direction.</param>
public sealed record ClarkeCertificate(KinkCensus Kinks, IReadOnlyList<OperationFacts> NotLocallyLipschitz, IReadOnlyList<OperationFacts> Discontinuous, ulong? Seed)
{
    /// <summary>Whether no operation sat at a kink: the result is the gradient, in the classical sense. Where one did, the function may still be differentiable.</summary>
    public bool IsDifferentiable => Kinks.IsEmpty && IsCertified;

    /// <summary>Whether the result is an element of the Clarke subdifferential, for almost every direction.</summary>
    public bool IsCertified => NotLocallyLipschitz.Count == 0 && Discontinuous.Count == 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsDifferentiable)
            return "the gradient: no operation sat at a kink";
        if (IsCertified)
            return $"a Clarke subgradient, locked at {Kinks}";
        return $"not certified: {string.Join(", ", NotLocallyLipschitz.Select(facts => $"{facts.Name} is not locally Lipschitz here").Concat(Discontinuous.Select(facts => $"{facts.Name} jumps here")))}";
    }
}
