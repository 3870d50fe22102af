using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Sums, differences, products and quotients of rows of halves, converted and computed in one loop of the processor's instructions.</summary>
internal static unsafe class HalfArithmetic
{
    /// <summary>Computes a row. <see cref="HalfInstructions.IsSupported"/> must be true.</summary>
    /// <param name="operation">An operation of arithmetic.</param>
    /// <param name="x">The first row, as bits.</param>
    /// <param name="y">The second.</param>
    /// <param name="destination">The result, which may be one of the rows.</param>
    /// <param name="count">The number of elements of each.</param>
    [SkipLocalsInit]
    public static void Row(ArithmeticOperation operation, ushort* x, ushort* y, ushort* destination, int count)
    {
        int groups = count / HalfInstructions.Group, done = groups * HalfInstructions.Group, rest = count - done;
        for (int group = 0; group < groups; group += HalfInstructions.GroupsOfCall)
        {
            nint at = group * HalfInstructions.Group;
            HalfInstructions.Compute(operation, x + at, y + at, destination + at, Math.Min(HalfInstructions.GroupsOfCall, groups - group));
        }

        if (rest == 0)
            return;
        ushort* first = stackalloc ushort[HalfInstructions.Group];
        ushort* second = stackalloc ushort[HalfInstructions.Group];
        Unsafe.CopyBlockUnaligned(first, x + done, (uint)(rest * sizeof(ushort)));
        Unsafe.CopyBlockUnaligned(second, y + done, (uint)(rest * sizeof(ushort)));
        HalfInstructions.Compute(operation, first, second, first, 1);
        Unsafe.CopyBlockUnaligned(destination + done, first, (uint)(rest * sizeof(ushort)));
    }
}
