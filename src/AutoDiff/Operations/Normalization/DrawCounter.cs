namespace ConservativeAD;

/// <summary>
/// Counts the random numbers taken from a stream, so that every run of a program draws new ones and a recomputation of a run draws the same ones.
/// </summary>
public sealed class DrawCounter
{
    /// <summary>The count so far; set it to continue a run where it stopped.</summary>
    public ulong Drawn { get; set; }

    /// <summary>The count.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Drawn} drawn");

    internal ulong Take(int count)
    {
        ulong first = Drawn;
        Drawn += (ulong)count;
        return first;
    }
}
