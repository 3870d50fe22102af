using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Reads the elements of a product's operands and writes its results. Rows, columns and the inner index are those of a matrix product; a convolution is a
/// matrix product whose operands are read from images.
/// </summary>
internal interface IProductOperands<L>
    where L : unmanaged, IThreadLane<L>
{
    /// <summary>The left operand's element.</summary>
    /// <param name="batch">The index of the product.</param>
    /// <param name="row">The row.</param>
    /// <param name="inner">The inner index.</param>
    L Left(int batch, int row, int inner);

    /// <summary>The right operand's element.</summary>
    /// <param name="batch">The index of the product.</param>
    /// <param name="inner">The inner index.</param>
    /// <param name="column">The column.</param>
    L Right(int batch, int inner, int column);

    /// <summary>The current element of the destination.</summary>
    /// <param name="batch">The index of the product.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    L Result(int batch, int row, int column);

    /// <summary>Writes a finished element.</summary>
    /// <param name="batch">The index of the product.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    /// <param name="value">The element.</param>
    void Store(int batch, int row, int column, L value);
}

/// <summary>The extents of a product and its division into tiles; the inner index is cut into slices whose sums are combined afterwards.</summary>
/// <param name="Batch">Products.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Inner">The number of products summed in an element.</param>
/// <param name="Slices">Slices of the inner index.</param>
/// <param name="Side">Threads along each side of a tile.</param>
/// <param name="LeftIsInnerFirst">1 if the left operand is contiguous along the inner index, otherwise 0.</param>
/// <param name="RightIsInnerFirst">The same for the right operand.</param>
internal readonly record struct ProductShape(int Batch, int Rows, int Columns, int Inner, int Slices, int Side, int LeftIsInnerFirst, int RightIsInnerFirst)
{
    /// <summary>Elements along each side of a tile.</summary>
    public int TileLength => TileProduct.PerThread * Side;

    /// <summary>Tiles from top to bottom.</summary>
    public int TileRows => (Rows + TileLength - 1) / TileLength;

    /// <summary>Tiles from left to right.</summary>
    public int TileColumns => (Columns + TileLength - 1) / TileLength;

    /// <summary>Tiles of one product.</summary>
    public int Tiles => TileRows * TileColumns;
}

/// <summary>Constants of the tiled product.</summary>
internal static class TileProduct
{
    /// <summary>Elements along each side of the block that one thread computes.</summary>
    public const int PerThread = 8;

    /// <summary>The number of inner indices in shared memory at a time.</summary>
    public const int Depth = 8;

    /// <summary>The longest side of a tile: that of a group of 256 threads.</summary>
    public const int MaximumSide = 128;
}

/// <summary>Four neighbours of a row.</summary>
internal struct Row4<L>
    where L : unmanaged, IThreadLane<L>
{
    public L First;
    public L Second;
    public L Third;
    public L Fourth;

    public static Row4<L> MultiplyAdd(L factor, Row4<L> row, Row4<L> sum)
    {
        Row4<L> result;
        result.First = L.MultiplyAdd(factor, row.First, sum.First);
        result.Second = L.MultiplyAdd(factor, row.Second, sum.Second);
        result.Third = L.MultiplyAdd(factor, row.Third, sum.Third);
        result.Fourth = L.MultiplyAdd(factor, row.Fourth, sum.Fourth);
        return result;
    }
}

/// <summary>
/// One tile of a slice of a product. The group loads eight inner indices of both operands to shared memory at a time. Each thread keeps 8 × 8 sums in
/// registers: rows and columns 4·t … 4·t + 3 of both halves of the tile, so that neighbouring threads read neighbouring groups of four.
/// </summary>
internal readonly struct TileProductBody<L, TOperands>(ProductShape shape, TOperands operands, ArrayView<L> partial) : IGroupBody
    where L : unmanaged, IThreadLane<L>
    where TOperands : struct, IProductOperands<L>
{
    public void Run(int part)
    {
        ArrayView<L> left = SharedMemory.Allocate<L>(TileProduct.Depth * TileProduct.MaximumSide),
            right = SharedMemory.Allocate<L>(TileProduct.Depth * TileProduct.MaximumSide);
        ArrayView<Row4<L>> leftFours = left.Cast<Row4<L>>(), rightFours = right.Cast<Row4<L>>();
        int side = shape.Side, length = shape.TileLength, tiles = shape.Tiles;
        int tile = part % tiles, rest = part / tiles, slice = rest % shape.Slices, batch = rest / shape.Slices;
        int firstRow = tile / shape.TileColumns * length, firstColumn = tile % shape.TileColumns * length;
        int begin = (int)((long)shape.Inner * slice / shape.Slices), end = (int)((long)shape.Inner * (slice + 1) / shape.Slices);
        int threadColumn = Group.IdxX % side, threadRow = Group.IdxX / side;
        Row4<L> r0a = default, r0b = default, r1a = default, r1b = default, r2a = default, r2b = default, r3a = default, r3b = default;
        Row4<L> r4a = default, r4b = default, r5a = default, r5b = default, r6a = default, r6b = default, r7a = default, r7b = default;
        for (int inner = begin; inner < end; inner += TileProduct.Depth)
        {
            for (int i = Group.IdxX; i < length * TileProduct.Depth; i += Group.DimX)
            {
                int depth = shape.LeftIsInnerFirst != 0 ? i % TileProduct.Depth : i / length, at = shape.LeftIsInnerFirst != 0
                    ? i / TileProduct.Depth
                    : i % length;
                int k = inner + depth, row = firstRow + at;
                left[(depth * length) + at] = k < end && row < shape.Rows ? operands.Left(batch, row, k) : default;
                depth = shape.RightIsInnerFirst != 0 ? i % TileProduct.Depth : i / length;
                at = shape.RightIsInnerFirst != 0 ? i / TileProduct.Depth : i % length;
                k = inner + depth;
                int column = firstColumn + at;
                right[(depth * length) + at] = k < end && column < shape.Columns ? operands.Right(batch, k, column) : default;
            }

            Group.Barrier();
            for (int depth = 0; depth < TileProduct.Depth; depth++)
            {
                int line = depth * 2 * side;
                Row4<L> a = leftFours[line + threadRow], b = leftFours[line + side + threadRow];
                Row4<L> c = rightFours[line + threadColumn], d = rightFours[line + side + threadColumn];
                r0a = Row4<L>.MultiplyAdd(a.First, c, r0a);
                r0b = Row4<L>.MultiplyAdd(a.First, d, r0b);
                r1a = Row4<L>.MultiplyAdd(a.Second, c, r1a);
                r1b = Row4<L>.MultiplyAdd(a.Second, d, r1b);
                r2a = Row4<L>.MultiplyAdd(a.Third, c, r2a);
                r2b = Row4<L>.MultiplyAdd(a.Third, d, r2b);
                r3a = Row4<L>.MultiplyAdd(a.Fourth, c, r3a);
                r3b = Row4<L>.MultiplyAdd(a.Fourth, d, r3b);
                r4a = Row4<L>.MultiplyAdd(b.First, c, r4a);
                r4b = Row4<L>.MultiplyAdd(b.First, d, r4b);
                r5a = Row4<L>.MultiplyAdd(b.Second, c, r5a);
                r5b = Row4<L>.MultiplyAdd(b.Second, d, r5b);
                r6a = Row4<L>.MultiplyAdd(b.Third, c, r6a);
                r6b = Row4<L>.MultiplyAdd(b.Third, d, r6b);
                r7a = Row4<L>.MultiplyAdd(b.Fourth, c, r7a);
                r7b = Row4<L>.MultiplyAdd(b.Fourth, d, r7b);
            }

            Group.Barrier();
        }

        int top = firstRow + (4 * threadRow), bottom = top + (4 * side), near = firstColumn + (4 * threadColumn), far = near + (4 * side);
        Store(batch, slice, top, near, far, r0a, r0b);
        Store(batch, slice, top + 1, near, far, r1a, r1b);
        Store(batch, slice, top + 2, near, far, r2a, r2b);
        Store(batch, slice, top + 3, near, far, r3a, r3b);
        Store(batch, slice, bottom, near, far, r4a, r4b);
        Store(batch, slice, bottom + 1, near, far, r5a, r5b);
        Store(batch, slice, bottom + 2, near, far, r6a, r6b);
        Store(batch, slice, bottom + 3, near, far, r7a, r7b);
    }

    private void Store(int batch, int slice, int row, int near, int far, Row4<L> a, Row4<L> b)
    {
        if (row >= shape.Rows)
            return;
        Store(batch, slice, row, near, a.First);
        Store(batch, slice, row, near + 1, a.Second);
        Store(batch, slice, row, near + 2, a.Third);
        Store(batch, slice, row, near + 3, a.Fourth);
        Store(batch, slice, row, far, b.First);
        Store(batch, slice, row, far + 1, b.Second);
        Store(batch, slice, row, far + 2, b.Third);
        Store(batch, slice, row, far + 3, b.Fourth);
    }

    private void Store(int batch, int slice, int row, int column, L value)
    {
        if (column >= shape.Columns)
            return;
        if (shape.Slices == 1)
            operands.Store(batch, row, column, value);
        else
            partial[(((((batch * shape.Slices) + slice) * shape.Rows) + row) * shape.Columns) + column] = value;
    }
}

/// <summary>Combines the slices of one element in order.</summary>
internal readonly struct ProductSlicesBody<L, TOperands>(ProductShape shape, TOperands operands, ArrayView<L> partial) : IIndexBody
    where L : unmanaged, IThreadLane<L>
    where TOperands : struct, IProductOperands<L>
{
    public void Run(int index)
    {
        int size = shape.Rows * shape.Columns, batch = index / size, element = index - (batch * size), row = element / shape.Columns;
        L value = partial[(batch * shape.Slices * size) + element];
        for (int slice = 1; slice < shape.Slices; slice++)
            value += partial[(((batch * shape.Slices) + slice) * size) + element];
        operands.Store(batch, row, element - (row * shape.Columns), value);
    }
}
