namespace ConservativeAD.Diagnostics;

/// <summary>Whether a hypothesis holds, as far as is known.</summary>
public enum Finding
{
    /// <summary>The known facts do not decide.</summary>
    Unknown,

    /// <summary>It holds.</summary>
    Holds,

    /// <summary>It fails.</summary>
    Fails,
}

/// <summary>One hypothesis of a theorem.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Finding">Whether it holds.</param>
/// <param name="Reason">The reason, or what would decide.</param>
public sealed record Hypothesis(string Statement, Finding Finding, string Reason);
