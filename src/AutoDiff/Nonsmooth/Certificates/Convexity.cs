namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Certifies curvature by the composition rules of convex functions (M. Grant, S. Boyd and Y. Ye, Disciplined Convex Programming, 2006, section 6). The
/// certificate concerns the operations that ran.
/// </summary>
public static class Convexity
{
    /// <summary>The curvature of an objective, as far as the composition rules determine it; unknown for a program that compares its variables.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">A point at which the objective is run.</param>
    public static Curvature Certify(Objective objective, ReadOnlySpan<double> point)
    {
        ArgumentNullException.ThrowIfNull(objective);
        using RecordedRun run = objective.Run(point);
        return Of(run);
    }

    internal static Curvature Of(RecordedRun run)
    {
        // A branch shows only one piece of the function.
        if (run.Compares)
            return Curvature.Unknown;
        Dictionary<int, Curvature> known = [];
        Dictionary<int, bool> isConstant = [];
        foreach (RecordedOperation operation in run.Operations)
        {
            known[operation.Node] = operation.IsLeaf || operation.IsConstant ? Curvature.Affine : Of(operation, known, isConstant);
            isConstant[operation.Node] = operation.IsConstant;
        }

        return known.GetValueOrDefault(run.OutputNode, Curvature.Affine);
    }

    private static Curvature Of(RecordedOperation operation, Dictionary<int, Curvature> known, Dictionary<int, bool> isConstant)
    {
        (Curvature curvature, Monotonicity monotonicity) = (operation.Curvature, operation.Monotonicity);
        if (curvature is Curvature.Product or Curvature.Quotient)
        {
            bool isFirstHeld = isConstant[operation.Inputs[0]], isSecondHeld = isConstant[operation.Inputs[1]];
            if (!isFirstHeld && !isSecondHeld)
                return curvature == Curvature.Product && operation.Inputs.Count == 2 && operation.Inputs[0] == operation.Inputs[1]
                    && operation.Facts == Multiply.Facts && known[operation.Inputs[0]] == Curvature.Affine ? Curvature.Convex : Curvature.Unknown;
            if (curvature == Curvature.Quotient && isFirstHeld)
                return Curvature.Unknown;
            curvature = Curvature.Affine;
            monotonicity = operation.HeldSign switch { > 0 => Monotonicity.Increasing, < 0 => Monotonicity.Decreasing, _ => Monotonicity.Unknown };
        }

        bool isConvex = curvature is Curvature.Convex or Curvature.Affine, isConcave = curvature is Curvature.Concave or Curvature.Affine;
        for (int index = 0; index < operation.Inputs.Count; index++)
        {
            if (isConstant[operation.Inputs[index]])
                continue;
            Curvature inner = known[operation.Inputs[index]];

            // A third input is an offset that is added to the product.
            Monotonicity here = operation.Curvature == Curvature.Product && index == 2 ? Monotonicity.Increasing
                : monotonicity == Monotonicity.Difference ? (index == 0 ? Monotonicity.Increasing : Monotonicity.Decreasing) : monotonicity;
            isConvex &= inner == Curvature.Affine || (inner == Curvature.Convex && here == Monotonicity.Increasing)
                || (inner == Curvature.Concave && here == Monotonicity.Decreasing);
            isConcave &= inner == Curvature.Affine || (inner == Curvature.Concave && here == Monotonicity.Increasing)
                || (inner == Curvature.Convex && here == Monotonicity.Decreasing);
        }

        return isConvex && isConcave ? Curvature.Affine : isConvex ? Curvature.Convex : isConcave ? Curvature.Concave : Curvature.Unknown;
    }
}
