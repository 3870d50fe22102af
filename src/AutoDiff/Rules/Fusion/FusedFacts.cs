namespace ConservativeAD;

/// <summary>What is known of two operations together. Analyses look at them apart; this names them in messages.</summary>
internal static class FusedFacts
{
    public static OperationFacts Of(OperationFacts first, OperationFacts then) => new($"{then.Name} of {first.Name}", (TameClass)Math.Max((int)first.TameClass, (int)then.TameClass))
    {
        IsSmooth = first.IsSmooth && then.IsSmooth,
        IsLocallyLipschitz = first.IsLocallyLipschitz && then.IsLocallyLipschitz,
        IsContinuous = first.IsContinuous && then.IsContinuous,
    };
}
