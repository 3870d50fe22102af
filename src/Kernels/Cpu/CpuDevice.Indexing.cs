namespace ConservativeAD.Kernels.Cpu;

/// <content>Reading and adding at indices.</content>
internal sealed unsafe partial class CpuDevice
{
    public override void GatherAlong<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y)
    {
        CheckAlong(x.Shape, indices.Shape, y.Shape);
        Indexing.GatherAlong(pool, Contiguous(x), Contiguous(indices), Contiguous(y), x.Shape[0], x.Shape[1], x.Shape[2], indices.Shape[1]);
    }

    public override void ScatterAddAlong<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate)
    {
        CheckAlong(dx.Shape, indices.Shape, dy.Shape);
        Indexing.ScatterAddAlong(pool, Contiguous(dy), Contiguous(indices), Contiguous(dx), dx.Shape[0], dx.Shape[1], dx.Shape[2], indices.Shape[1], accumulate);
    }

    public override void GatherRows<T>(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y)
    {
        CheckRows(table.Shape, indices.Shape, y.Shape);
        Indexing.GatherRows(pool, Contiguous(table), table.Shape[0], table.Shape[1], Contiguous(indices), indices.Count, Contiguous(y));
    }

    public override void ScatterAddRows<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate)
    {
        CheckRows(dTable.Shape, indices.Shape, dy.Shape);
        Indexing.ScatterAddRows(pool, Contiguous(dy), Contiguous(indices), indices.Count, Contiguous(dTable), dTable.Shape[0], dTable.Shape[1], accumulate);
    }

    private static void CheckAlong(in Shape x, in Shape indices, in Shape y)
    {
        if (x.Rank != 3 || indices.Rank != 3 || y != indices || x[0] != indices[0] || x[2] != indices[2])
            throw new ArgumentException($"Reading along the middle axis takes an array [outer, length, inner], indices [outer, k, inner] and as many elements; it was given {x}, {indices} and {y}.");
    }

    private static void CheckRows(in Shape table, in Shape indices, in Shape rows)
    {
        if (table.Rank != 2 || rows.Rank != 2 || rows[0] != indices.Count || rows[1] != table[1])
            throw new ArgumentException($"Reading rows takes a table [rows, inner], indices [count] and elements [count, inner]; it was given {table}, {indices} and {rows}.");
    }
}
