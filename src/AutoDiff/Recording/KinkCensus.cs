using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>An operation that is at a kink, or may be.</summary>
/// <param name="Node">The index of the operation on the tape.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Shape">The shape that the positions refer to: that of the input, or that of the output for operations that select among inputs.</param>
/// <param name="Count">The number of elements at a kink.</param>
/// <param name="Positions">The first positions at a kink, as row-major indices.</param>
public sealed record OperationKinks(int Node, OperationFacts Operation, Shape Shape, long Count, IReadOnlyList<int> Positions)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>The places where a recorded program is at kinks.</summary>
/// <param name="Operations">The operations at a kink, in recording order.</param>
public sealed record KinkCensus(IReadOnlyList<OperationKinks> Operations)
{
    /// <summary>The number of elements at a kink, over all operations.</summary>
    public long Count => Operations.Sum(operation => operation.Count);

    /// <summary>Whether no operation is at a kink. The program is then C¹ at this point and every selection returns the gradient.</summary>
    public bool IsEmpty => Operations.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty
        ? "no kinks"
        : string.Join("; ", Operations.Select(o => $"{o.Operation.Name} (node {o.Node}): {o.Count} of {o.Shape.Count}"));
}
