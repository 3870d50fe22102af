using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>What objectives and tapes of numbers take as spans, taken as arrays, for languages that do not convert one to the other.</summary>
public static class PlainArrays
{
    /// <summary>The value of an objective.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">The point.</param>
    public static double Value(this Objective objective, double[] point) => Checked(objective).Value((ReadOnlySpan<double>)point);

    /// <summary>Value and gradient of an objective.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">The point.</param>
    public static (double Value, double[] Gradient) Gradient(this Objective objective, double[] point) =>
        Checked(objective).Gradient((ReadOnlySpan<double>)point, (Selections?)null);

    /// <summary>Value, gradient and the product of the Hessian with a vector.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">The point.</param>
    /// <param name="vector">The vector.</param>
    public static HessianProduct HessianProduct(this Objective objective, double[] point, double[] vector) =>
        Checked(objective).HessianProduct((ReadOnlySpan<double>)point, (ReadOnlySpan<double>)vector);

    /// <summary>Value, gradient and Hessian of an objective.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">The point.</param>
    public static HessianProducts Hessian(this Objective objective, double[] point) => Checked(objective).Hessian((ReadOnlySpan<double>)point);

    /// <summary>Value, gradient and the entries of the Hessian that may be nonzero.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">The point.</param>
    public static SparseHessian SparseHessian(this Objective objective, double[] point) => Checked(objective).SparseHessian((ReadOnlySpan<double>)point);

    /// <summary>The gradients of several recorded numbers, up to eight of them in one reverse pass.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="outputs">The numbers.</param>
    /// <returns>One row per number, one column per variable.</returns>
    public static double[,] Gradients(this ScalarTape tape, Active[] outputs)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Gradients((ReadOnlySpan<Active>)outputs);
    }

    private static Objective Checked(Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return objective;
    }
}
