namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The lanes of an [outer, length, inner] array along its middle axis: lane (o, i) holds the elements (o, ·, i). Work along an axis is split by lanes, never
/// within one, so the order of its arithmetic does not depend on the split.
/// </summary>
internal readonly struct Lanes(int outer, int length, int inner)
{
    // The number of elements a part should read: a few tens of microseconds of work, well above the cost of starting a part.
    private const long PartElements = 1 << 15;

    private readonly long perPart = Math.Max(1, PartElements / Math.Max(1, length));

    /// <summary>The number of parts.</summary>
    public int Parts => (int)((((long)outer * inner) + perPart - 1) / perPart);

    /// <summary>The first lane of a part, and the lane after its last.</summary>
    public (long First, long End) Range(int part) =>
        (part * perPart, Math.Min((part + 1) * perPart, (long)outer * inner));

    /// <summary>The lanes of a part, in runs that stand side by side.</summary>
    public LaneRuns Runs(int part)
    {
        (long first, long end) = Range(part);
        return new LaneRuns(first, end, inner);
    }
}

/// <summary>Walks over the runs of neighbouring lanes between two lanes.</summary>
internal struct LaneRuns(long next, long end, int inner)
{
    /// <summary>The outer index of a run, its first inner index, its number of lanes, and its first lane.</summary>
    public (nint Outer, int First, int Count, long Lane) Current { get; private set; }

    public readonly LaneRuns GetEnumerator() => this;

    public bool MoveNext()
    {
        if (next >= end)
            return false;
        int first = (int)(next % inner), count = (int)Math.Min(inner - first, end - next);
        Current = ((nint)(next / inner), first, count, next);
        next += count;
        return true;
    }
}
