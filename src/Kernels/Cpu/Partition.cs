namespace ConservativeAD.Kernels.Cpu;

/// <summary>Cuts an extent into parts, for all extents that an array may have.</summary>
internal static class Partition
{
    /// <summary>The number of parts of a given length that cover an extent.</summary>
    public static int Count(int extent, int length) => (int)(((long)extent + length - 1) / length);

    /// <summary>The end of a part.</summary>
    public static int End(int part, int length, int extent) => (int)Math.Min((part + 1L) * length, extent);

    /// <summary>The part length, a multiple of a given number, for which at most a given number of parts cover an extent.</summary>
    public static int Length(int extent, int parts, int multiple = 1)
    {
        long length = Count(extent, parts);
        return (int)Math.Min(int.MaxValue / multiple, (length + multiple - 1) / multiple) * multiple;
    }
}
