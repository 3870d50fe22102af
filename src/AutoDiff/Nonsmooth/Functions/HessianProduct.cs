namespace ConservativeAD.Nonsmooth;

/// <summary>Value and gradient of an objective, and the product of its Hessian with a vector.</summary>
/// <param name="Value">The value.</param>
/// <param name="Gradient">The gradient.</param>
/// <param name="Product">The product: the derivative of the gradient along the vector.</param>
/// <param name="Kinks">The operations without second derivatives at the point: kinks, and points where a slope bends.</param>
public sealed record HessianProduct(double Value, double[] Gradient, double[] Product, KinkCensus Kinks)
{
    private const int ElementsWritten = 8;

    /// <summary>
    /// Whether every operation is twice differentiable at the point, so that the product is that of the Hessian. If not, it is the product for the chosen
    /// pieces.
    /// </summary>
    public bool IsTwiceDifferentiable =>
        Kinks.IsEmpty && Obstacles.Count == 0 && double.IsFinite(Value) && Array.TrueForAll(Gradient, double.IsFinite)
        && Array.TrueForAll(Product, double.IsFinite);

    /// <summary>The obstacles: operations that are singular or at the edge of their domain at the point.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"value {Value}, gradient {Written(Gradient)}, product with the Hessian "
            + $"{Written(Product)}{(IsTwiceDifferentiable ? "" : " (not twice differentiable here)")}");

    private static string Written(double[] vector) =>
        $"({string.Join(", ", vector.Take(ElementsWritten).Select(element => element.ToString(System.Globalization.CultureInfo.InvariantCulture)))}"
            + $"{(vector.Length > ElementsWritten ? $", … {vector.Length} in all" : "")})";
}
