using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The extents of a panel of weights in a <see cref="SparseProduct{U}"/>.</summary>
internal static class SparsePanel
{
    /// <summary>The registers that a row of a panel fills: as many chains as multiply-adds are under way at a time.</summary>
    internal const int Registers = 8;

    // The rows of a panel that are read over and over stay in the first-level cache.
    private const int ResidentBytes = 24 << 10;

    /// <summary>The columns of a panel.</summary>
    /// <typeparam name="U">float or double.</typeparam>
    public static unsafe int Columns<U>()
        where U : unmanaged => Registers * RegisterBytes / sizeof(U);

    /// <summary>The rows of a panel that are multiplied together: a part of what one chain sums.</summary>
    public static int Chunk => ResidentBytes / (Registers * RegisterBytes);

    private static int RegisterBytes => Vector512.IsHardwareAccelerated ? 64 : Vector256.IsHardwareAccelerated ? 32 : 16;
}
