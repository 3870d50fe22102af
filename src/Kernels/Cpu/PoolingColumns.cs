using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Which output columns of a pooling can be done eight at a time: those whose windows lie within the rows of the image, at a stride of 1 or 2.
/// </summary>
internal readonly unsafe struct PoolingColumns
{
    /// <summary>Columns of a block.</summary>
    public const int Lanes = 8;

    private readonly int firstStart;
    private readonly int lastStart;

    /// <summary>The columns of a pooling.</summary>
    public PoolingColumns(in PoolingShape shape)
    {
        int stride = shape.StrideWidth;
        int slack = shape.InputWidth + shape.PaddingWidth - shape.KernelWidth;
        bool possible = Vector256.IsHardwareAccelerated && stride <= 2 && slack >= 0;
        firstStart = (shape.PaddingWidth + stride - 1) / stride;
        lastStart = possible ? (slack / stride) - (Lanes - 1) : -1;
    }

    /// <summary>
    /// Where a block that covers a column starts; −1 if the column has to be done by itself. The last block may reach back over columns
    /// already done, which it does again to the same end.
    /// </summary>
    public int BlockOf(int column)
    {
        int start = Math.Min(column, lastStart);
        return start >= firstStart && start + Lanes > column ? start : -1;
    }

    /// <summary>Eight elements at a stride of 1 or 2, none beyond the eighth being read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* first, int stride)
    {
        if (stride == 1)
            return Vector256.Load(first);

        // The second half starts one early, so that its elements are the odd ones.
        return Vector256.Narrow(Vector256.Load((ulong*)first), Vector256.Load((ulong*)(first + 7)) >> 32).AsSingle();
    }
}
