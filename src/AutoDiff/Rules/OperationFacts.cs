namespace ConservativeAD;

/// <summary>What theory needs to know of an operation, whatever its inputs are.</summary>
/// <param name="Name">The operation's name, as messages and reports show it.</param>
/// <param name="TameClass">The smallest structure that contains its graph.</param>
public sealed record OperationFacts(string Name, TameClass TameClass)
{
    /// <summary>Whether it is C¹ wherever it is defined.</summary>
    public bool IsSmooth { get; init; } = true;

    /// <summary>Whether it is locally Lipschitz wherever it is defined (sqrt is not, at 0).</summary>
    public bool IsLocallyLipschitz { get; init; } = true;

    /// <summary>Whether it is continuous; a discontinuous operation has no conservative field (Bolte &amp; Pauwels 2021).</summary>
    public bool IsContinuous { get; init; } = true;
}
