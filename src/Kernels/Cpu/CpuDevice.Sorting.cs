namespace ConservativeAD.Kernels.Cpu;

/// <content>Orders and extremes.</content>
internal sealed unsafe partial class CpuDevice
{
    public override void Sort<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties)
    {
        if (values.Shape != x.Shape || permutation.Shape != x.Shape || x.Shape.Rank == 0)
            throw new ArgumentException($"A sort of {x.Shape} needs an axis to sort along, and values and a permutation of the same shape; it was given {values.Shape} and {permutation.Shape}.");
        (int rows, int length) = Rows(x.Shape);
        Sorting.Sort(pool, Contiguous(x), Contiguous(values), Contiguous(permutation), rows, length, descending, ties);
    }

    public override void TopK<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties)
    {
        if (x.Shape.Rank == 0 || values.Shape.Rank != x.Shape.Rank || indices.Shape != values.Shape || values.Shape.With(-1, x.Shape[-1]) != x.Shape)
            throw new ArgumentException($"The top elements of rows of {x.Shape} need values and indices that differ from it in the last axis only; they are {values.Shape} and {indices.Shape}.");
        (int rows, int length) = Rows(x.Shape);
        Sorting.TopK(pool, Contiguous(x), Contiguous(values), Contiguous(indices), rows, length, values.Shape[-1], largest, ties);
    }

    public override void AverageOverTies<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y)
    {
        (int rows, int length) = EqualRows(sorted.Shape, x.Shape, y.Shape);
        TiedRuns.Average(pool, Contiguous(sorted), Contiguous(x), Contiguous(y), rows, length);
    }

    public override void SortWithinTies<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending)
    {
        (int rows, int length) = EqualRows(sorted.Shape, x.Shape, x.Shape);
        TiedRuns.Sort(pool, Contiguous(sorted), Contiguous(x), rows, length, descending);
    }

    public override void OrderWithinTies<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending)
    {
        (int rows, int length) = EqualRows(sorted.Shape, keys.Shape, permutation.Shape);
        TiedOrder.Run(pool, Contiguous(sorted), Contiguous(keys), Contiguous(permutation), rows, length, descending);
    }

    public override long CountTies<T>(in NDArray<T> sorted)
    {
        (int rows, int length) = EqualRows(sorted.Shape, sorted.Shape, sorted.Shape);
        return TieCounts.Sorted(pool, Contiguous(sorted), rows, length);
    }

    public override void MarkTies<T>(in NDArray<T> sorted, in NDArray<T> marks)
    {
        (int rows, int length) = EqualRows(sorted.Shape, marks.Shape, marks.Shape);
        TiedRuns.Mark(pool, Contiguous(sorted), Contiguous(marks), rows, length);
    }

    public override void ArgMax<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties)
    {
        CheckExtreme(x.Shape, values.Shape, indices.Shape);
        Extremes.ArgMax(pool, Contiguous(x), Contiguous(values), Contiguous(indices), x.Shape[0], x.Shape[1], x.Shape[2], ties);
    }

    public override void ArgMin<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties)
    {
        CheckExtreme(x.Shape, values.Shape, indices.Shape);
        Extremes.ArgMin(pool, Contiguous(x), Contiguous(values), Contiguous(indices), x.Shape[0], x.Shape[1], x.Shape[2], ties);
    }

    private static (int Rows, int Length) Rows(in Shape shape) => (shape[-1] == 0 ? 0 : shape.Count / shape[-1], shape[-1]);

    private static (int Rows, int Length) EqualRows(in Shape sorted, in Shape x, in Shape y)
    {
        if (sorted.Rank == 0 || x != sorted || y != sorted)
            throw new ArgumentException($"Runs of ties in rows of {sorted} were asked of arrays of shape {x} and {y}; all shapes must be equal, with at least one axis.");
        return Rows(sorted);
    }

    private static void CheckExtreme(in Shape x, in Shape values, in Shape indices)
    {
        if (x.Rank != 3 || values.Count != x[0] * x[2] || indices.Count != values.Count)
            throw new ArgumentException($"An extreme takes an array [outer, length, inner], with values and indices [outer, inner]; it was given {x}, {values} and {indices}.");
    }
}
