namespace ConservativeAD.Optimizers;

/// <summary>Whether a hypothesis holds, as far as it is known.</summary>
public enum Finding
{
    /// <summary>It does not follow from what is known.</summary>
    Unknown,

    /// <summary>It holds.</summary>
    Holds,

    /// <summary>It fails.</summary>
    Fails,
}

/// <summary>One hypothesis of a theorem.</summary>
/// <param name="Statement">What it says.</param>
/// <param name="Finding">Whether it holds.</param>
/// <param name="Reason">Why, or what would tell.</param>
public sealed record Hypothesis(string Statement, Finding Finding, string Reason);
