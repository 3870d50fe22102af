using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The output columns of a pooling that can be computed eight at a time: those whose windows lie inside the image's columns, at a stride of 1 or 2 and
/// without dilation.
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
        PoolingAxis width = shape.Width;
        int stride = width.Stride, slack = width.Input + width.Padding - width.Kernel;
        bool possible = Vector256.IsHardwareAccelerated && stride <= 2 && slack >= 0 && width is { Dilation: 1, IsAdaptive: false };
        firstStart = Partition.Count(width.Padding, stride);
        lastStart = possible ? (slack / stride) - (Lanes - 1) : -1;
    }

    /// <summary>
    /// The start of the block that covers a column; −1 if the column must be computed on its own. The last block may overlap columns already computed; it
    /// computes them again with the same result.
    /// </summary>
    public int BlockOf(int column)
    {
        int start = Math.Min(column, lastStart);
        return start >= firstStart && start + Lanes > column ? start : -1;
    }

    /// <summary>Reads eight elements at a stride of 1 or 2, and nothing beyond the eighth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* first, int stride)
    {
        if (stride == 1)
            return Vector256.Load(first);

        // The second half starts one element early, so its elements are the odd ones.
        return Vector256.Narrow(Vector256.Load((ulong*)first), Vector256.Load((ulong*)(first + 7)) >> 32).AsSingle();
    }
}
