namespace ConservativeAD;

/// <summary>Certifies which o-minimal structure a program lives in (L. van den Dries and C. Miller, Duke Math. J. 1996, for the structures).</summary>
public static class Tame
{
    /// <summary>
    /// The smallest structure known to contain the program's graph, and whether it is continuous and locally Lipschitz, each with the operation that decides. It speaks of the operations that ran
    /// at the point; finitely many comparisons between them only cut the domain into finitely many definable pieces.
    /// </summary>
    /// <param name="objective">The program.</param>
    /// <param name="point">A point at which it is run.</param>
    /// <param name="isDomainBounded">Whether the variables stay in a bounded set, over which a sine is globally subanalytic. Values that an operation bounds (tanh, clamp) are bounded either way.</param>
    public static TameCertificate Certify(Objective objective, ReadOnlySpan<double> point, bool isDomainBounded = false)
    {
        ArgumentNullException.ThrowIfNull(objective);
        using RecordedRun run = objective.Run(point);
        return Of(run, isDomainBounded);
    }

    internal static TameCertificate Of(RecordedRun run, bool isDomainBounded)
    {
        Dictionary<int, bool> isBounded = [];
        (TameClass Class, OperationFacts? Decisive) largest = (TameClass.Polynomial, null);
        OperationFacts? notLipschitz = null, notContinuous = null, notSmooth = null;
        foreach (RecordedOperation operation in run.Operations)
        {
            OperationFacts facts = operation.Facts;
            bool areInputsBounded = operation.Inputs.All(input => isBounded[input]);
            isBounded[operation.Node] = operation.IsLeaf ? operation.IsConstant || isDomainBounded : facts.IsBounded || (areInputsBounded && !facts.IsUnboundedOnBoundedSets);
            if (operation.IsLeaf || operation.IsConstant)
                continue;
            TameClass here = areInputsBounded ? facts.OnBoundedSets ?? facts.TameClass : facts.TameClass;
            if (here > largest.Class)
                largest = (here, facts);
            notLipschitz ??= facts.IsLocallyLipschitz ? null : facts;
            notContinuous ??= facts.IsContinuous ? null : facts;
            notSmooth ??= facts.IsSmooth ? null : facts;
        }

        if (run.Compares && largest.Class == TameClass.Polynomial)
            largest = (TameClass.SemiAlgebraic, ScalarKink.Comparison);
        notSmooth ??= run.Compares ? ScalarKink.Comparison : null;
        return new TameCertificate(largest.Class, largest.Decisive, notLipschitz, notContinuous, notSmooth, run.Kinks(), run.NotLocallyLipschitz);
    }
}
