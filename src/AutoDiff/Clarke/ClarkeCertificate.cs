namespace ConservativeAD;

/// <summary>What is known of a gradient that was computed by locking kinks along a direction.</summary>
/// <param name="Kinks">The operations and comparisons that sat at a kink, and where; only those that the output depends on.</param>
/// <param name="NotLocallyLipschitz">Operations whose derivative is not finite at the point, as that of a square root at 0: the theory does not cover it.</param>
/// <param name="Discontinuous">Operations that sat at a jump: no conservative field exists there.</param>
/// <param name="Seed">The seed of the direction; null where the caller gave the direction.</param>
public sealed record ClarkeCertificate(KinkCensus Kinks, IReadOnlyList<OperationFacts> NotLocallyLipschitz, IReadOnlyList<OperationFacts> Discontinuous, ulong? Seed)
{
    /// <summary>The direction along which kinks were locked; null where none was needed, or where it is the tangents of a tape's leaves.</summary>
    public IReadOnlyList<double>? Direction { get; init; }

    /// <summary>What was decided at each kink, as "maximum (node 3): node 1[0] &gt; node 2[0]", in program order. Empty where the caller runs the tape.</summary>
    public IReadOnlyList<string> Locks { get; init; } = [];

    /// <summary>
    /// How many comparisons of equal numbers the tangents did not decide: the branch that ran need not be the one on which the program goes on. A tape that was recorded before its
    /// direction was known has decided none; <see cref="Clarke"/> runs the program anew.
    /// </summary>
    public int UndecidedComparisons { get; init; }

    /// <summary>How far the value moves from one side of the kinks to another without any movement of the point; null where it does not. The program is discontinuous there.</summary>
    public double? Jump { get; init; }

    /// <summary>Whether no operation sat at a kink: the result is the gradient, in the classical sense. Where one did, the function may still be differentiable.</summary>
    public bool IsDifferentiable => Kinks.IsEmpty && IsCertified;

    /// <summary>Whether the result is an element of the Clarke subdifferential, for almost every direction.</summary>
    public bool IsCertified => NotLocallyLipschitz.Count == 0 && Discontinuous.Count == 0 && UndecidedComparisons == 0 && Jump is null;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsDifferentiable)
            return "the gradient: no operation sat at a kink";
        if (IsCertified)
            return $"a Clarke subgradient, locked at {Kinks}";
        List<string> reasons = [.. NotLocallyLipschitz.Select(facts => $"{facts.Name} is not locally Lipschitz here"), .. Discontinuous.Select(facts => $"{facts.Name} jumps here")];
        if (UndecidedComparisons > 0)
            reasons.Add($"{UndecidedComparisons} comparisons of equal numbers are undecided to first order");
        if (Jump is { } jump)
            reasons.Add($"the value jumps by {jump}");
        return $"not certified: {string.Join(", ", reasons)}";
    }
}
