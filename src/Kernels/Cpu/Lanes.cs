namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The lanes of an [outer, length, inner] array along its middle axis: lane (o, i) holds the elements (o, ·, i). Work along an axis is
/// split over lanes, never within one, so that the order of its arithmetic does not depend on the split.
/// </summary>
internal readonly struct Lanes(int outer, int length, int inner)
{
    // Elements a part should read: a few tens of microseconds of work, well above the cost of handing it out.
    private const long PartElements = 1 << 15;

    private readonly long perPart = Math.Max(1, PartElements / Math.Max(1, length));

    /// <summary>How many parts to share out.</summary>
    public int Parts => (int)((((long)outer * inner) + perPart - 1) / perPart);

    /// <summary>The first lane of a part, and the lane after its last.</summary>
    public (long First, long End) Range(int part) =>
        (part * perPart, Math.Min((part + 1) * perPart, (long)outer * inner));
}
