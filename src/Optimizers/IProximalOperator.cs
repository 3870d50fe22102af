namespace ConservativeAD.Optimizers;

/// <summary>
/// A convex function h with its proximal operator prox_{t·h}(x) = argmin h(y) + ‖y − x‖²/(2t). For the indicator of a closed convex set, it is the projection.
/// Its conservative Jacobian is given by products. Every element is symmetric, because the operator is a gradient (J. Moreau, Bull. Soc. Math. France 1965), so
/// a product is its own adjoint.
/// </summary>
public interface IProximalOperator
{
    /// <summary>h(x); positive infinity outside a set.</summary>
    /// <param name="point">x.</param>
    double Value(ReadOnlySpan<double> point);

    /// <summary>prox_{t·h}(x).</summary>
    /// <param name="point">x.</param>
    /// <param name="step">t, above 0; projections do not depend on it.</param>
    double[] Apply(ReadOnlySpan<double> point, double step = 1);

    /// <summary>
    /// The product of an element of the operator's conservative Jacobian with a vector: the derivative away from kinks, that of one of the pieces at a kink.
    /// </summary>
    /// <param name="point">x.</param>
    /// <param name="vector">The vector.</param>
    /// <param name="step">t.</param>
    double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step = 1);
}
