using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// A linear form of an operation's input tangents whose sign decides which piece applies at one of its kinks: a factor times one element's tangent, plus a
/// factor times another's. It is positive on the chosen piece.
/// </summary>
/// <param name="Node">The index of the operation on the tape; for a comparison in the program, the index of the next recorded node.</param>
/// <param name="Operation">The operation.</param>
/// <param name="First">The node and element of the first tangent.</param>
/// <param name="FirstFactor">Its factor.</param>
/// <param name="Second">The node and element of the second tangent; null if there is only one.</param>
/// <param name="SecondFactor">Its factor.</param>
internal sealed record SwitchingForm(int Node, OperationFacts Operation, (int Node, int Element) First, double FirstFactor, (int Node, int Element)? Second,
    double SecondFactor)
{
    /// <summary>Whether the tangents decided. If they tie as well, all pieces agree to first order.</summary>
    public bool IsDecided { get; init; } = true;

    /// <summary>Whether the pieces that meet here are not divided by linear forms, such as those of a norm at the origin.</summary>
    public bool IsCurved { get; init; }

    /// <summary>Whether the form belongs to a comparison in the program.</summary>
    public bool IsComparison { get; init; }

    /// <summary>
    /// The first form whose gradient is not finite, as an obstacle, since it is unknown to which side a direction leads; null if there is none.
    /// </summary>
    /// <param name="forms">The forms.</param>
    /// <param name="gradients">Their gradients with respect to the variables.</param>
    public static Obstacle? FirstRefused(SwitchingForm[] forms, double[][] gradients) =>
        Array.FindIndex(gradients, gradient => !Array.TrueForAll(gradient, double.IsFinite)) is var bad and >= 0 ? forms[bad].Refused(gradients[bad]) : null;

    /// <summary>The form as an obstacle.</summary>
    /// <param name="gradient">Its gradient, which is not finite.</param>
    public Obstacle Refused(double[] gradient)
    {
        int[] bad = [.. Enumerable.Range(0, gradient.Length).Where(i => !double.IsFinite(gradient[i]))];
        return new Obstacle(Node, Operation, ObstacleKind.GradientNotFinite, Shape.Of(gradient.Length), bad.Length, bad);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsCurved)
            return $"{Operation.Name} (node {Node}): along the direction";
        string sign = IsDecided ? ">" : "=";
        return Second is null
            ? $"{Operation.Name} (node {Node}): {Element(FirstFactor, First)} {sign} 0"
            : FirstFactor >= 0 ? $"{Operation.Name} (node {Node}): {Element(1, First)} {sign} {Element(1, Second.Value)}"
            : $"{Operation.Name} (node {Node}): {Element(1, Second.Value)} {sign} {Element(1, First)}";
    }

    private static string Element(double factor, (int Node, int Element) place) =>
        $"{(factor < 0 ? "−" : "")}{(place.Node < 0 ? "0" : $"node {place.Node}[{place.Element}]")}";
}
