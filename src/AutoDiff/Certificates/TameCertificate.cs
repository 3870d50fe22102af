namespace ConservativeAD;

/// <summary>What is certified of a program by the operations that it ran.</summary>
/// <param name="Class">The smallest structure known to contain its graph.</param>
/// <param name="Decisive">The first operation that needs that structure; null for a polynomial.</param>
/// <param name="NotLocallyLipschitz">The first operation that is somewhere not locally Lipschitz; null if there is none.</param>
/// <param name="NotContinuous">The first operation that is somewhere discontinuous; null if there is none.</param>
/// <param name="NotSmooth">The first operation, or comparison, that is somewhere not C¹; null if there is none.</param>
/// <param name="KinksHere">What sits at a kink at the point.</param>
/// <param name="SingularHere">Operations that are not locally Lipschitz at the point itself.</param>
public sealed record TameCertificate(
    TameClass Class,
    OperationFacts? Decisive,
    OperationFacts? NotLocallyLipschitz,
    OperationFacts? NotContinuous,
    OperationFacts? NotSmooth,
    KinkCensus KinksHere,
    IReadOnlyList<OperationFacts> SingularHere)
{
    /// <summary>Whether the program is definable in an o-minimal structure.</summary>
    public bool IsTame => Class != TameClass.NotTame;

    /// <summary>Whether every operation is locally Lipschitz wherever it is defined.</summary>
    public bool IsLocallyLipschitz => NotLocallyLipschitz is null && NotContinuous is null;

    /// <summary>Whether every operation is continuous.</summary>
    public bool IsContinuous => NotContinuous is null;

    /// <summary>Whether every operation is C¹, so that the program has no kinks.</summary>
    public bool IsSmooth => NotSmooth is null;

    /// <summary>Whether the program is C¹ near the point: nothing sits at a kink there, and every derivative is finite.</summary>
    public bool IsSmoothHere => KinksHere.IsEmpty && SingularHere.Count == 0;

    /// <summary>Whether the theory of conservative fields applies everywhere: tame and locally Lipschitz (J. Bolte and E. Pauwels, Math. Program. 2021).</summary>
    public bool IsPathDifferentiable => IsTame && IsLocallyLipschitz;

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
        string lipschitz = NotContinuous is not null ? $"not continuous ({NotContinuous.Name})" : NotLocallyLipschitz is not null ? $"not locally Lipschitz everywhere ({NotLocallyLipschitz.Name})" : "locally Lipschitz";
        return $"{name}{(Decisive is null ? "" : $" ({Decisive.Name})")}, {lipschitz}";
    }
}
