namespace ConservativeAD.Nonsmooth;

/// <summary>What the operations that a program ran certify about it.</summary>
/// <param name="Class">The smallest structure known to contain its graph.</param>
/// <param name="Decisive">The first operation that needs that structure; null for a polynomial.</param>
/// <param name="NotLocallyLipschitz">The first operation that is not locally Lipschitz everywhere; null if there is none.</param>
/// <param name="NotContinuous">The first operation that is not continuous everywhere; null if there is none.</param>
/// <param name="NotSmooth">The first operation or comparison that is not C¹ everywhere; null if there is none.</param>
/// <param name="KinksHere">The operations and comparisons at a kink at the point.</param>
/// <param name="ObstaclesHere">Operations that are singular, jump or end their domain at the point itself.</param>
public sealed record TameCertificate(
    TameClass Class,
    OperationFacts? Decisive,
    OperationFacts? NotLocallyLipschitz,
    OperationFacts? NotContinuous,
    OperationFacts? NotSmooth,
    KinkCensus KinksHere,
    IReadOnlyList<Obstacle> ObstaclesHere)
{
    /// <summary>Whether the program compared numbers that depend on its variables, so that it may run other operations at another point.</summary>
    public bool Branches { get; init; }

    /// <summary>The size of the jump in the value between the sides of a branch at the point; null if no jump was seen.</summary>
    public double? Jump { get; init; }

    /// <summary>Whether the program is definable in an o-minimal structure; null if it branches, because the other paths are unknown.</summary>
    public bool? IsTame => Class == TameClass.NotTame ? false : Branches ? null : true;

    /// <summary>
    /// Whether the program is locally Lipschitz wherever it is defined, as every operation is; null if it branches, because its branches may not meet.
    /// </summary>
    public bool? IsLocallyLipschitz => NotLocallyLipschitz is not null ? false : IsContinuous;

    /// <summary>Whether the program is continuous, as every operation is; null if it branches, because its branches may not meet.</summary>
    public bool? IsContinuous => NotContinuous is not null || Jump is not null ? false : Branches ? null : true;

    /// <summary>Whether every operation is C¹ and the program does not branch, so that it has no kinks.</summary>
    public bool IsSmooth => NotSmooth is null;

    /// <summary>Whether the program is C¹ near the point: there are no kinks or obstacles there.</summary>
    public bool IsSmoothHere => KinksHere.IsEmpty && ObstaclesHere.Count == 0;

    /// <summary>
    /// Whether the theory of conservative fields applies everywhere: the program is tame and locally Lipschitz (J. Bolte and E. Pauwels, Math. Program. 2021).
    /// Null if that is unknown.
    /// </summary>
    public bool? IsPathDifferentiable => IsTame == false || IsLocallyLipschitz == false ? false : IsTame == true && IsLocallyLipschitz == true ? true : null;

    /// <summary>Why the program is not locally Lipschitz, or why this is unknown, in a few words; null if it is locally Lipschitz.</summary>
    public string? WhyNotLipschitz => NotContinuous is not null ? $"not continuous ({NotContinuous.Name})"
        : Jump is { } jump
        ? (double.IsFinite(jump) ? $"not continuous (the value jumps by {jump} across a branch)" : "not continuous (a side of a branch is not finite)")
        : NotLocallyLipschitz is not null ? $"not locally Lipschitz everywhere ({NotLocallyLipschitz.Name})"
        : Branches ? "continuity unknown (the program branches, and its sides need not meet)" : null;

    /// <inheritdoc/>
    public override string ToString()
    {
        string name = Class switch
        {
            TameClass.Polynomial => "polynomial",
            TameClass.SemiAlgebraic => "semi-algebraic",
            TameClass.GloballySubanalytic => "globally subanalytic",
            TameClass.LogExp => "log-exp definable",
            TameClass.Pfaffian => "Pfaffian",
            _ => "not tame",
        };
        return $"{name}{(Decisive is null ? "" : $" ({Decisive.Name})")}, {WhyNotLipschitz ?? "locally Lipschitz"}";
    }
}
