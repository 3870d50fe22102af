namespace ConservativeAD;

/// <summary>Records where a cotangent of exactly 0 met a slope that is not finite and stayed 0.</summary>
/// <param name="Node">The index of the operation on the tape.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Count">The number of elements where this happened.</param>
/// <param name="Of">The number of elements in all.</param>
public sealed record AbsorbedZeros(int Node, OperationFacts Operation, long Count, long Of)
{
    /// <inheritdoc/>
    public override string ToString() => $"0 times ∞ at {Operation.Name} (node {Node}): {Count} of {Of}";
}
