namespace ConservativeAD.Nonsmooth;

/// <summary>When a search for the nearest element stops.</summary>
/// <param name="Passes">The largest number of passes.</param>
/// <param name="Goal">The search ends at this distance.</param>
/// <param name="NeedsElement">Whether the element is needed, or only whether the distance is above the goal.</param>
internal sealed record SelectionLimits(int Passes, double Goal, bool NeedsElement)
{
    /// <summary>Whether the time is up.</summary>
    public bool IsOver => Clock?.IsOver == true;

    /// <summary>The time and the wish to cancel; null for none.</summary>
    public SetClock? Clock { get; init; }

    /// <summary>Told the passes and the bounds so far.</summary>
    public Action<int, Bounds>? Report { get; init; }
}
