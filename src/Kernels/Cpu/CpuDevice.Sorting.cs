namespace ConservativeAD.Kernels.Cpu;

/// <content>Orders and extremes.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void SortCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties)
    {
        (int rows, int length) = ArgumentChecks.Sort(x.Shape, values.Shape, permutation.Shape);
        Sorting.Sort(pool, Contiguous(x), Contiguous(values), Contiguous(permutation), rows, length, descending, ties);
    }

    private protected override void TopKCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties)
    {
        (int rows, int length) = ArgumentChecks.TopK(x.Shape, values.Shape, indices.Shape);
        Sorting.TopK(pool, Contiguous(x), Contiguous(values), Contiguous(indices), rows, length, values.Shape[-1], largest, ties);
    }

    private protected override void AverageOverTiesCore<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, x.Shape, y.Shape);
        TiedRuns.Average(pool, Contiguous(sorted), Contiguous(x), Contiguous(y), rows, length);
    }

    private protected override void SortWithinTiesCore<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, x.Shape, x.Shape);
        TiedRuns.Sort(pool, Contiguous(sorted), Contiguous(x), rows, length, descending);
    }

    private protected override void OrderWithinTiesCore<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, keys.Shape, permutation.Shape);
        TiedOrder.Run(pool, Contiguous(sorted), Contiguous(keys), Contiguous(permutation), rows, length, descending);
    }

    private protected override long CountTiesCore<T>(in NDArray<T> sorted)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, sorted.Shape, sorted.Shape);
        return TieCounts.Sorted(pool, Contiguous(sorted), rows, length);
    }

    private protected override void AddTiesCore<T>(in NDArray<T> sorted, in NDArray<int> counts, int place) =>
        Contiguous(counts)[place] += checked((int)CountTies(sorted));

    private protected override void MarkTiesCore<T>(in NDArray<T> sorted, in NDArray<T> marks)
    {
        (int rows, int length) = ArgumentChecks.EqualRows(sorted.Shape, marks.Shape, marks.Shape);
        TiedRuns.Mark(pool, Contiguous(sorted), Contiguous(marks), rows, length);
    }

    private protected override void ArgMaxCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties)
    {
        ArgumentChecks.Extreme(x.Shape, values.Shape, indices.Shape);
        Extremes.ArgMax(pool, Contiguous(x), Contiguous(values), Contiguous(indices), x.Shape[0], x.Shape[1], x.Shape[2], ties);
    }

    private protected override void ArgMinCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties)
    {
        ArgumentChecks.Extreme(x.Shape, values.Shape, indices.Shape);
        Extremes.ArgMin(pool, Contiguous(x), Contiguous(values), Contiguous(indices), x.Shape[0], x.Shape[1], x.Shape[2], ties);
    }
}
