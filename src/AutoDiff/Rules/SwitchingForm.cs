namespace ConservativeAD;

/// <summary>
/// A linear form of an operation's input tangents whose sign decides which piece applies at one of its kinks: factor times one element's tangent, plus factor times another's.
/// It is positive on the piece that was taken.
/// </summary>
/// <param name="Node">The operation's place on the tape; of a comparison in the program, the place recorded next.</param>
/// <param name="Operation">What it is.</param>
/// <param name="First">The node and element of the first tangent.</param>
/// <param name="FirstFactor">Its factor.</param>
/// <param name="Second">The node and element of the second tangent; null where there is one only.</param>
/// <param name="SecondFactor">Its factor.</param>
internal sealed record SwitchingForm(int Node, OperationFacts Operation, (int Node, int Element) First, double FirstFactor, (int Node, int Element)? Second, double SecondFactor)
{
    /// <summary>Whether the tangents decided; where they tie too, any piece agrees to first order.</summary>
    public bool IsDecided { get; init; } = true;

    /// <summary>Whether the pieces that meet here are not divided by linear forms, as those of a norm at the origin.</summary>
    public bool IsCurved { get; init; }

    /// <summary>Whether it is a comparison in the program.</summary>
    public bool IsComparison { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsCurved)
            return $"{Operation.Name} (node {Node}): along the direction";
        string sign = IsDecided ? ">" : "=";
        return Second is null
            ? $"{Operation.Name} (node {Node}): {Element(FirstFactor, First)} {sign} 0"
            : FirstFactor >= 0 ? $"{Operation.Name} (node {Node}): {Element(1, First)} {sign} {Element(1, Second.Value)}" : $"{Operation.Name} (node {Node}): {Element(1, Second.Value)} {sign} {Element(1, First)}";
    }

    private static string Element(double factor, (int Node, int Element) place) => $"{(factor < 0 ? "−" : "")}{(place.Node < 0 ? "0" : $"node {place.Node}[{place.Element}]")}";
}
