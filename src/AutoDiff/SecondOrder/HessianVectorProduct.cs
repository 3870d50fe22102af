using System.Numerics;

namespace ConservativeAD;

/// <summary>A gradient and its derivative along a direction v: the product of the Hessian with v.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Gradients">The gradient of each leaf; readable until the next reverse pass or reset.</param>
/// <param name="Product">The product, leaf by leaf: the gradient of the derivative along v. It is readable just as long.</param>
/// <param name="Kinks">The operations without second derivatives at the point: kinks, and points where a slope bends (Huber's loss at its threshold); only
/// those that the output depends on.</param>
public sealed record HessianVectorProduct<T>(Gradients<T> Gradients, Gradients<T> Product, KinkCensus Kinks)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Whether every operation is twice differentiable at the point, so that the product is that of the Hessian. If not, the product is that of the selected
    /// pieces and in general not a derivative; the function may still have one.
    /// </summary>
    public bool IsTwiceDifferentiable => Kinks.IsEmpty && Obstacles.Count == 0;

    /// <summary>The obstacles: operations that are singular or at the edge of their domain, and gradients or products that are not finite.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; init; } = [];

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
