namespace ConservativeAD;

/// <summary>Value and gradient of an objective, and the product of its Hessian with a vector.</summary>
/// <param name="Value">The value.</param>
/// <param name="Gradient">The gradient.</param>
/// <param name="Product">The product: the derivative of the gradient along the vector.</param>
/// <param name="Kinks">Where second derivatives do not exist: kinks, and points where a slope bends.</param>
public sealed record HessianProduct(double Value, double[] Gradient, double[] Product, KinkCensus Kinks)
{
    /// <summary>Whether every operation is twice differentiable at the point, so that the product is that of the Hessian. Where one is not, it is that of the pieces that were taken.</summary>
    public bool IsTwiceDifferentiable => Kinks.IsEmpty;
}
