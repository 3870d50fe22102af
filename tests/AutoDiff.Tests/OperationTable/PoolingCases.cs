using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Pooling of sequences and volumes, with dilation, with windows past the border, adaptive and global.</summary>
public static class PoolingCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new MaxPool1d
        {
            Ordinary = [[[2, 2, 7]]],
            Large = [[8, 8, 1031]],
            Empty = [[0, 2, 7]],
            Kinks =
            [
                // Windows (0, 2), (2, 4) and (4), which reaches past the border.
                new KinkPoint(
                    [[1, 1, 6]],
                    [[1, 0, 1, 0, 1, 0]],
                    [0, 1],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 4, 0, 5, 0]]),
                    new("Jax", Selections.Jax, [[3, 0, 4, 0, 5, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 0, 4, 0, 5, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[1.5, 0, 1.5 + 2, 0, 2 + 5, 0]]),
                    new("last overrides", Selections.PyTorch, [[0, 0, 3, 0, 4 + 5, 0]], x => x[0]
                        .MaxPool1d(2, 2, 0, TieSelection.Last, 2, true))) { Stratum = [[[1, 0, 1, 0, 1, 0]], [[0, 1, 0, 0, 0, 1]]] },
            ],
        },
        new MaxPool2dDilated
        {
            Ordinary = [[[1, 2, 6, 7]]],
            Large = [[4, 8, 47, 47]],
            Empty = [[0, 2, 6, 7]],
            Kinks =
            [
                // Windows of the corners, as far as they lie on the image; those of the middle one tie.
                new KinkPoint(
                    [[1, 1, 3, 3]],
                    [[5, 9, 1, 2, 3, 9, 4, 2, 5]],
                    [4],
                    new("PyTorch", Selections.PyTorch, [[7, 6 + 8, 0, 0, 3 + 5 + 9 + 11, 4 + 10, 0, 0, 0]]),
                    new("Jax", Selections.Jax, [[7, 6 + 8, 0, 0, 3 + 5 + 9 + 11, 4 + 10, 0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[7, 6 + 8, 0, 0, 3 + 5 + 9 + 11, 4 + 10, 0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[3.5, 6 + 8, 0, 0, 3 + 5 + 9 + 11, 4 + 10, 0, 0, 3.5]]),
                    new("last overrides", Selections.PyTorch, [[0, 6 + 8, 0, 0, 3 + 5 + 9 + 11, 4 + 10, 0, 0, 7]], x => x[0]
                        .MaxPool2d(2, 1, 1, TieSelection.Last, 2)))
                { Stratum = [[[1, 0, 0, 0, 0, 0, 0, 0, 1]], [[0, 1, 0, 0, 1, 0, 0, 1, 0]]] },
            ],
        },
        new MaxPool3d
        {
            Ordinary = [[[1, 2, 3, 4, 3]]],
            Large = [[2, 4, 15, 20, 20]],
            Empty = [[0, 2, 3, 4, 3]],
            Kinks =
            [
                new KinkPoint(
                    [[1, 1, 2, 2, 2]],
                    [[0, 7, 0, 1, 2, 7, 7, 3]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 3, 0, 0, 0, 0, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 3, 0, 0, 0, 0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 3, 0, 0, 0, 0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 1, 0, 0, 0, 1, 1, 0]]),
                    new("last overrides", Selections.PyTorch, [[0, 0, 0, 0, 0, 0, 3, 0]], x => x[0].MaxPool3d(2, ties: TieSelection.Last)))
                { Stratum = [[[0, 1, 0, 0, 0, 1, 1, 0]], [[1, 0, 1, 1, 1, 0, 0, 1]]] },
            ],
        },
        new AdaptiveMaxPool
        {
            Ordinary = [[[1, 2, 5, 4]]],
            Large = [[4, 8, 47, 47]],
            Empty = [[0, 2, 5, 4]],
            Kinks =
            [
                // Columns 0–1, 1–2 and 2–3 of four, in two rows of one.
                new KinkPoint(
                    [[1, 1, 2, 4]],
                    [[1, 2, 2, 1, 4, 3, 2, 1]],
                    [1],
                    new("PyTorch", Selections.PyTorch, [[0, 3 + 4, 5, 0, 6, 7, 8, 0]]),
                    new("Jax", Selections.Jax, [[0, 3 + 4, 5, 0, 6, 7, 8, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 3 + 4, 5, 0, 6, 7, 8, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 3 + 2, 2 + 5, 0, 6, 7, 8, 0]]),
                    new("last overrides", Selections.PyTorch, [[0, 3, 4 + 5, 0, 6, 7, 8, 0]], x => x[0].AdaptiveMaxPool2d((2, 3), TieSelection.Last)))
                { Stratum = [[[0, 1, 1, 0, 0, 0, 0, 0]], [[1, 0, 0, 0, 1, 0, 1, 0]]] },
            ],
        },
        new GlobalMaxPool
        {
            Ordinary = [[[2, 2, 3, 4]], [[1, 2, 5]]],
            Large = [[8, 8, 1031]],
            Empty = [[0, 2, 3, 4]],
            Kinks =
            [
                new KinkPoint(
                    [[1, 2, 3]],
                    [[1, 2, 2, 3, 1, 1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[0, 3, 0, 4, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 3, 0, 4, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 3, 0, 4, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 1.5, 1.5, 4, 0, 0]]),
                    new("last overrides", Selections.PyTorch, [[0, 0, 3, 4, 0, 0]], x => x[0].GlobalMaxPool(TieSelection.Last)))
                { Stratum = [[[0, 1, 1, 0, 0, 0]], [[1, 0, 0, 1, 1, 1]]] },
            ],
        },
        new AveragePool1d { Ordinary = [[[2, 2, 7]]], Large = [[8, 8, 1031]], Empty = [[0, 2, 7]] },
        new AveragePool3d { Ordinary = [[[1, 2, 3, 4, 5]]], Large = [[2, 4, 15, 20, 20]], Empty = [[0, 2, 3, 4, 5]] },
        new AdaptiveAveragePool { Ordinary = [[[1, 2, 5, 4]]], Large = [[4, 8, 47, 47]], Empty = [[0, 2, 5, 4]] },
        new GlobalAveragePool { Ordinary = [[[2, 2, 3, 4]], [[1, 2, 5]]], Large = [[8, 8, 1031]], Empty = [[0, 2, 3, 4]], FloatTolerance = 1e-5 },
    ];

    private sealed class MaxPool1d()
        : OperationCase("max-pool 1-D dilated, rounded up", typeof(MaxPool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MaxPool1d(2, 2, dilation: 2, roundUp: true); }

    private sealed class MaxPool2dDilated()
        : OperationCase("max-pool 2-D dilated, padded", typeof(MaxPool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MaxPool2d(2, 1, 1, dilation: 2); }

    private sealed class MaxPool3d()
        : OperationCase("max-pool 3-D", typeof(MaxPool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MaxPool3d(2, (1, 2, 1)); }

    private sealed class AdaptiveMaxPool()
        : OperationCase("max-pool adaptive", typeof(MaxPool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].AdaptiveMaxPool2d((2, 3)); }

    private sealed class GlobalMaxPool()
        : OperationCase("max-pool global", typeof(MaxPool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].GlobalMaxPool(); }

    private sealed class AveragePool1d()
        : OperationCase("average-pool 1-D rounded up", typeof(AveragePool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].AveragePool1d(3, 2, 1, roundUp: true); }

    private sealed class AveragePool3d()
        : OperationCase("average-pool 3-D", typeof(AveragePool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].AveragePool3d(2, (1, 2, 2), (0, 1, 0), countPadding: false); }

    private sealed class AdaptiveAveragePool()
        : OperationCase("average-pool adaptive", typeof(AveragePool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].AdaptiveAveragePool2d((2, 3)); }

    private sealed class GlobalAveragePool()
        : OperationCase("average-pool global", typeof(AveragePool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].GlobalAveragePool(); }
}
