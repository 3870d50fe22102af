namespace ConservativeAD.Kernels.Cpu;

/// <content>Reading and adding at indices.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void GatherAlongCore<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y)
    {
        ArgumentChecks.Along(x.Shape, indices.Shape, y.Shape);
        Indexing.GatherAlong(pool, Contiguous(x), Contiguous(indices), Contiguous(y), x.Shape[0], x.Shape[1], x.Shape[2], indices.Shape[1]);
    }

    private protected override void ScatterAddAlongCore<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate)
    {
        ArgumentChecks.Along(dx.Shape, indices.Shape, dy.Shape);
        Indexing.ScatterAddAlong(pool, Contiguous(dy), Contiguous(indices), Contiguous(dx), dx.Shape[0], dx.Shape[1], dx.Shape[2], indices.Shape[1],
            accumulate);
    }

    private protected override void GatherRowsCore<T>(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y)
    {
        ArgumentChecks.Rows(table.Shape, indices.Shape, y.Shape);
        Indexing.GatherRows(pool, Contiguous(table), table.Shape[0], table.Shape[1], Contiguous(indices), indices.Count, Contiguous(y));
    }

    private protected override void ScatterAddRowsCore<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate)
    {
        ArgumentChecks.Rows(dTable.Shape, indices.Shape, dy.Shape);
        Indexing.ScatterAddRows(pool, Contiguous(dy), Contiguous(indices), indices.Count, Contiguous(dTable), dTable.Shape[0], dTable.Shape[1], accumulate);
    }

    private protected override void ScatterRowsCore<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table)
    {
        ArgumentChecks.Rows(table.Shape, indices.Shape, x.Shape);
        Indexing.ScatterRows(pool, Contiguous(x), Contiguous(indices), indices.Count, Contiguous(table), table.Shape[0], table.Shape[1]);
    }
}
