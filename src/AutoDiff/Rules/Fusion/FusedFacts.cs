namespace ConservativeAD.Rules;

/// <summary>The facts of two fused operations, used for names in messages. Analyses examine the two operations separately.</summary>
internal static class FusedFacts
{
    public static OperationFacts Of(OperationFacts first, OperationFacts then) =>
        new($"{then.Name} of {first.Name}", (TameClass)Math.Max((int)first.TameClass, (int)then.TameClass))
        {
            IsSmooth = first.IsSmooth && then.IsSmooth,
            IsLocallyLipschitz = first.IsLocallyLipschitz && then.IsLocallyLipschitz,
            IsContinuous = first.IsContinuous && then.IsContinuous,
            IsPolyhedral = KeepsPolyhedra(first) && KeepsPolyhedra(then),
        };

    private static bool KeepsPolyhedra(OperationFacts facts) => facts.IsPolyhedral || facts.Curvature == Curvature.Affine;
}
