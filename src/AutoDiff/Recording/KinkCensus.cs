using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>One operation that sits at a kink.</summary>
/// <param name="Node">Its place on the tape.</param>
/// <param name="Operation">What it is.</param>
/// <param name="Shape">The shape in which positions count: that of the input, or of the output for operations that choose among inputs.</param>
/// <param name="Count">How many elements sit at a kink.</param>
/// <param name="Positions">The first of them, as indices in row-major order.</param>
public sealed record OperationKinks(int Node, OperationFacts Operation, Shape Shape, long Count, IReadOnlyList<int> Positions);

/// <summary>Where a recorded program sits at kinks.</summary>
/// <param name="Operations">The operations that do, in the order of recording.</param>
public sealed record KinkCensus(IReadOnlyList<OperationKinks> Operations)
{
    /// <summary>How many elements sit at a kink, over all operations.</summary>
    public long Count => Operations.Sum(operation => operation.Count);

    /// <summary>Whether no operation sits at a kink: the program is C¹ at this point and every selection gives the gradient.</summary>
    public bool IsEmpty => Operations.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty
        ? "no kinks"
        : string.Join("; ", Operations.Select(o => $"{o.Operation.Name} (node {o.Node}): {o.Count} of {o.Shape.Count}"));
}
