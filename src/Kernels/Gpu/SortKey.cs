using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>Unsigned numbers that order as floating-point numbers do: zeros of either sign are one, every NaN comes last.</summary>
internal static class SortKey
{
    /// <summary>The key of a float, in 32 bits.</summary><param name="value">The number.</param>
    public static ulong Of(float value)
    {
        if (float.IsNaN(value))
            return 0xFFFFFFFF;
        uint bits = Interop.FloatAsInt(value + 0f);
        return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
    }

    /// <summary>The key of a double.</summary><param name="value">The number.</param>
    public static ulong Of(double value)
    {
        if (double.IsNaN(value))
            return 0xFFFFFFFFFFFFFFFF;
        ulong bits = Interop.FloatAsInt(value + 0d);
        return (bits & 0x8000000000000000) != 0 ? ~bits : bits | 0x8000000000000000;
    }
}
