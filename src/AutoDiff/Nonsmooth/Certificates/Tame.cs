
namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Certifies the o-minimal structure in which a program is definable (L. van den Dries and C. Miller, Duke Math. J. 1996, for the structures).
/// </summary>
public static class Tame
{
    /// <summary>
    /// The smallest structure known to contain the graph of the operations that ran at the point, and whether the program is continuous and locally Lipschitz,
    /// each with the deciding operation. Only one path of a branching program is seen. The certificate does not know what the other paths do or whether the
    /// branches meet, unless a jump shows at the point itself.
    /// </summary>
    /// <param name="objective">The program.</param>
    /// <param name="point">A point at which the program is run.</param>
    /// <param name="isDomainBounded">Whether the variables stay in a bounded set, over which a sine is globally subanalytic. Values that an operation bounds
    /// (tanh, clamp) are bounded in either case.</param>
    public static TameCertificate Certify(Objective objective, ReadOnlySpan<double> point, bool isDomainBounded = false)
    {
        ArgumentNullException.ThrowIfNull(objective);
        using RecordedRun run = objective.Run(point);
        double? jump = run.Compares && run.HasKinks && double.IsFinite(run.Value) ? Clarke.Gradient(objective, point).Certificate.Jump : null;
        return Of(run, isDomainBounded) with { Jump = jump };
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
            isBounded[operation.Node] = operation.IsLeaf
                ? operation.IsConstant || isDomainBounded
                : facts.IsBounded || (areInputsBounded && !facts.IsUnboundedOnBoundedSets);
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
            largest = (TameClass.SemiAlgebraic, OperationFacts.Comparison);
        notSmooth ??= run.Compares ? OperationFacts.Comparison : null;
        return new TameCertificate(largest.Class, largest.Decisive, notLipschitz, notContinuous, notSmooth, run.Kinks(),
            run.Obstacles)
        { Branches = run.Compares };
    }
}
