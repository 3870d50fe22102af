using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// What an operation at kinks passes back to one of its inputs in an element of a set: its cotangent times the selected slopes. For total variation these are
/// the dual variables, for the lasso the signs.
/// </summary>
/// <param name="Operation">The operation.</param>
/// <param name="Node">Its index on the tape.</param>
/// <param name="Input">The index of the input on the tape.</param>
/// <param name="Elements">The elements of the input at a kink, in row-major order.</param>
/// <param name="Cotangents">What is passed back to each of them.</param>
public sealed record PassedBack(OperationFacts Operation, int Node, int Input, IReadOnlyList<int> Elements, IReadOnlyList<double> Cotangents)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Operation.Name} (node {Node}) passes {VectorText.Of([.. Cotangents])} to node {Input}");
}
