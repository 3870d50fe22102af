using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Sort, top-k and operations built from them.</summary>
public static class SortingCases
{
    // For outputs with cotangents 3, 4, 5, 6: two elements tie for the first two places, two for the last two.
    private static readonly double[] TwoPairs = [1, 2, 1, 2];

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Sort
        {
            Ordinary = [[[3, 4]], [[5]]],
            Kinks =
            [
                new KinkPoint(
                    [[4]],
                    [TwoPairs],
                    [0, 1, 2, 3],
                    new("PyTorch", Selections.PyTorch, [[3, 5, 4, 6]]),
                    new("Jax", Selections.Jax, [[3, 5, 4, 6]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 5, 4, 6]]),
                    new("minimal norm", Selections.MinimalNorm, [[3.5, 5.5, 3.5, 5.5]]),
                    new("last", Selections.PyTorch with { Sort = TieSelection.Last }, [[4, 6, 3, 5]]),
                    new("mixture", Selections.PyTorch with { Sort = TieSelection.Mixture(3) }, [[4.5, 6.5, 2.5, 4.5]]),
                    new("mixture of last", Selections.PyTorch with { Sort = new(0.5, true) }, [[3.75, 5.75, 3.25, 5.25]]),
                    new("even overrides", Selections.PyTorch, [[3.5, 5.5, 3.5, 5.5]], x => x[0]
                        .Sort(-1, false, TieSelection.EvenSplit))) { Stratum = [[[1, 0, 1, 0]], [[0, 1, 0, 1]]] },
            ],
        },
        new SortDescending
        {
            Ordinary = [[[3, 4]], [[2, 3, 2]]],
            Kinks =
            [
                new KinkPoint(
                    [[4]],
                    [TwoPairs],
                    [0, 1, 2, 3],
                    new("PyTorch", Selections.PyTorch, [[5, 3, 6, 4]]),
                    new("Jax", Selections.Jax, [[5, 3, 6, 4]]),
                    new("TensorFlow", Selections.TensorFlow, [[5, 3, 6, 4]]),
                    new("minimal norm", Selections.MinimalNorm, [[5.5, 3.5, 5.5, 3.5]]),
                    new("last", Selections.PyTorch with { Sort = TieSelection.Last }, [[6, 4, 5, 3]]),
                    new("last overrides", Selections.MinimalNorm, [[6, 4, 5, 3]], x => x[0]
                        .Sort(0, true, TieSelection.Last))) { Stratum = [[[1, 0, 1, 0]], [[0, 1, 0, 1]]] },
            ],
        },
        new TopK
        {
            Ordinary = [[[3, 4]], [[5]]],
            Empty = [[0, 4]],
            Kinks =
            [
                // Two places for three elements that tie for the largest.
                new KinkPoint(
                    [[4]],
                    [[2, 1, 2, 2]],
                    [0, 1],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 4, 0]]),
                    new("Jax", Selections.Jax, [[3, 0, 4, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 0, 4, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[7.0 / 3, 0, 7.0 / 3, 7.0 / 3]]),
                    new("last", Selections.PyTorch with { Sort = TieSelection.Last }, [[0, 0, 4, 3]]),
                    new("mixture", Selections.PyTorch with { Sort = TieSelection.Mixture(3) }, [[1, 0, -1, 7]]),
                    new("mixture of last", Selections.PyTorch with { Sort = new(0.5, true) }, [[3.5 / 3, 0, 2 + (3.5 / 3), 1.5 + (3.5 / 3)]]),
                    new("even overrides", Selections.PyTorch, [[7.0 / 3, 0, 7.0 / 3, 7.0 / 3]], x => x[0]
                        .TopK(2, false, TieSelection.EvenSplit))) { Stratum = [[[1, 0, 1, 1]], [[0, 1, 0, 0]]] },
            ],
        },
        new TopKSmallest
        {
            Ordinary = [[[3, 4]], [[5]]],
            Empty = [[0, 4]],
            Kinks =
            [
                // One element takes the first place; two places are left for three that tie.
                new KinkPoint(
                    [[4]],
                    [[2, 1, 2, 2]],
                    [1, 2],
                    new("PyTorch", Selections.PyTorch, [[4, 3, 5, 0]]),
                    new("Jax", Selections.Jax, [[4, 3, 5, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[4, 3, 5, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[3, 3, 3, 3]]),
                    new("last", Selections.PyTorch with { Sort = TieSelection.Last }, [[0, 3, 5, 4]]),
                    new("last overrides", Selections.MinimalNorm, [[0, 3, 5, 4]], x => x[0]
                        .TopK(3, true, TieSelection.Last))) { Stratum = [[[1, 0, 1, 1]], [[0, 1, 0, 0]]] },
            ],
        },
        new Median { Ordinary = [[[3, 4]], [[5]]], Empty = [[0, 4]],
            Kinks = [new KinkPoint([[3]], [[1, 1, 1]], [0], new("PyTorch", Selections.PyTorch, [[0, 3, 0]]), new("Jax", Selections.Jax, [[0, 3, 0]]),
                new("TensorFlow", Selections.TensorFlow, [[0, 3, 0]]), new("minimal norm", Selections.MinimalNorm, [[1, 1, 1]]),
                    new("even overrides", Selections.PyTorch, [[1, 1, 1]], x => x[0].Median(TieSelection.EvenSplit))) { Stratum = [[[1, 1, 1]]] }] },
        new KthSmallest
        {
            Ordinary = [[[3, 4]], [[2, 3, 2]]],
            Empty = [[3, 0]],
            Kinks =
            [
                // The two smallest tie in the first column, so that the second smallest may be either; no two do in the second.
                new KinkPoint(
                    [[3, 2]],
                    [[1, 2, 1, 3, 5, 4]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 0, 3, 4, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 0, 3, 4, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 0, 3, 4, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[1.5, 0, 1.5, 4, 0, 0]]),
                    new("last", Selections.PyTorch with { Sort = TieSelection.Last }, [[3, 0, 0, 4, 0, 0]]),
                    new("mixture", Selections.PyTorch with { Sort = TieSelection.Mixture(3) }, [[4.5, 0, -1.5, 4, 0, 0]]),
                    new("last overrides", Selections.MinimalNorm, [[3, 0, 0, 4, 0, 0]], x => x[0].KthSmallest(2, 0, false, TieSelection.Last)))
                { Stratum = [[[1, 0, 1, 0, 0, 0]], [[0, 1, 0, 2, 3, -1]]] },
            ],
        },
        new Quantile { Ordinary = [[[3, 4]], [[5]]], Empty = [[0, 4]] },
    ];

    private sealed class Sort() : OperationCase("sort", typeof(Sort<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sort(); }

    private sealed class SortDescending()
        : OperationCase("sort descending along the first axis", typeof(Sort<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Sort(0, true); }

    private sealed class TopK() : OperationCase("top-k", typeof(TopK<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].TopK(2); }

    private sealed class TopKSmallest() : OperationCase("top-k smallest", typeof(TopK<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].TopK(3, true); }

    private sealed class Median() : OperationCase("median", typeof(OrderStatistics<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Median(); }

    private sealed class KthSmallest()
        : OperationCase("k-th smallest", typeof(OrderStatistics<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].KthSmallest(2, 0); }

    private sealed class Quantile()
        : OperationCase("quantile", typeof(OrderStatistics<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Quantile(0.3); }
}
