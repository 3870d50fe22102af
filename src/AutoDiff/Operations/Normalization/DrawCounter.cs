namespace ConservativeAD;

/// <summary>How many random numbers were taken from a stream: what lets every run of a program draw its own, and a second computation of the same run the same.</summary>
public sealed class DrawCounter
{
    /// <summary>How many were taken so far; set it to continue a run where it stopped.</summary>
    public ulong Drawn { get; set; }

    internal ulong Take(int count)
    {
        ulong first = Drawn;
        Drawn += (ulong)count;
        return first;
    }
}
