using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Unsigned keys with the order of floating-point numbers, computed from the bits: zeros of either sign have the same key, and every NaN comes last.
/// </summary>
internal static class SortKey
{
    /// <summary>The key of a float, in 32 bits.</summary><param name="value">The number.</param>
    public static ulong Of(float value)
    {
        uint bits = Interop.FloatAsInt(value), magnitude = bits & 0x7FFFFFFF;
        if (magnitude > 0x7F800000)
            return 0xFFFFFFFF;
        return (bits & 0x80000000) != 0 && magnitude != 0 ? ~bits : magnitude | 0x80000000;
    }

    /// <summary>The key of a double.</summary><param name="value">The number.</param>
    public static ulong Of(double value)
    {
        ulong bits = Interop.FloatAsInt(value), magnitude = bits & 0x7FFFFFFFFFFFFFFF;
        if (magnitude > 0x7FF0000000000000)
            return 0xFFFFFFFFFFFFFFFF;
        return (bits & 0x8000000000000000) != 0 && magnitude != 0 ? ~bits : magnitude | 0x8000000000000000;
    }
}
