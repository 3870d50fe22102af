using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Common;

/// <summary>
/// The loop nest over one shape with up to five operands, merged into as few axes as their strides allow: one inner axis and an outer counter.
/// </summary>
internal struct StridedLoop
{
    private const int MaximumOperands = 5;

    private int rank;
    private AxisValues extents;
    private OperandStrides strides;

    /// <summary>The extent of the innermost axis.</summary>
    public readonly int InnerLength => rank == 0 ? 1 : extents[rank - 1];

    /// <summary>The number of passes over the innermost axis.</summary>
    public readonly int OuterCount
    {
        get
        {
            int count = 1;
            for (int axis = 0; axis < rank - 1; axis++)
                count *= extents[axis];
            return count;
        }
    }

    /// <summary>The number of axes.</summary>
    public readonly int Rank => rank;

    /// <summary>The extent of an axis; 1 if the axis does not exist.</summary>
    public readonly int Extent(int axis) => axis < 0 ? 1 : extents[axis];

    /// <summary>The stride of an operand along an axis; 0 if the axis does not exist.</summary>
    public readonly int Stride(int operand, int axis) => axis < 0 ? 0 : strides[(operand * Shape.MaximumRank) + axis];

    public void Begin(in Shape shape)
    {
        rank = shape.Rank;
        for (int axis = 0; axis < rank; axis++)
            extents[axis] = shape[axis];
    }

    /// <summary>Adds an operand, broadcast to the loop's shape.</summary>
    public void Add<T>(int operand, in NDArray<T> array)
        where T : unmanaged
    {
        int lead = rank - array.Shape.Rank;
        for (int axis = 0; axis < array.Shape.Rank; axis++)
            strides[(operand * Shape.MaximumRank) + lead + axis] = array.Shape[axis] == 1 ? 0 : array.Stride(axis);
    }

    /// <summary>Drops axes of extent 1 and merges neighbouring axes that every operand can traverse as one.</summary>
    public void Coalesce(int operands)
    {
        int kept = 0;
        for (int axis = 0; axis < rank; axis++)
        {
            if (extents[axis] == 1)
                continue;
            bool joins = kept > 0;
            for (int operand = 0; joins && operand < operands; operand++)
            {
                int row = operand * Shape.MaximumRank;
                joins = strides[row + kept - 1] == strides[row + axis] * extents[axis];
            }

            int target = joins ? kept - 1 : kept++;
            extents[target] = joins ? extents[target] * extents[axis] : extents[axis];
            for (int operand = 0; operand < operands; operand++)
            {
                int row = operand * Shape.MaximumRank;
                strides[row + target] = strides[row + axis];
            }
        }

        rank = kept;
    }

    /// <summary>The extent of the axis around the innermost; 1 if there is none.</summary>
    public readonly int RowsOfMatrix => rank < 2 ? 1 : extents[rank - 2];

    /// <summary>The stride of the axis around the innermost one, from one row to the next.</summary>
    public readonly int RowStride(int operand) => rank < 2 ? 0 : strides[(operand * Shape.MaximumRank) + rank - 2];

    public readonly int InnerStride(int operand) => rank == 0 ? 1 : strides[(operand * Shape.MaximumRank) + rank - 1];

    /// <summary>The offset of an operand at the beginning of the inner axis, for a value of the outer counter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint OuterOffset(int outer, int operand)
    {
        if (rank <= 1)
            return 0;
        if (rank == 2)
            return (nint)outer * strides[operand * Shape.MaximumRank];
        return Odometer(outer, operand);
    }

    private readonly nint Odometer(int outer, int operand)
    {
        nint offset = 0;
        for (int axis = rank - 2; axis >= 0; axis--)
        {
            (outer, int position) = Math.DivRem(outer, extents[axis]);
            offset += (nint)position * strides[(operand * Shape.MaximumRank) + axis];
        }

        return offset;
    }

    [InlineArray(MaximumOperands * Shape.MaximumRank)]
    private struct OperandStrides
    {
        private int first;
    }
}
