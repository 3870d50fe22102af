using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Matrix products, convolution and pooling.</summary>
public static class LinearCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new MatMul
        {
            Ordinary = [[[3, 4], [4, 2]], [[2, 3, 4], [2, 4, 2]], [[2, 3, 4], [4, 2]], [[3, 4], [2, 4, 2]], [[2, 1, 2, 3], [2, 3, 2]], [[4], [4]],
                [[3, 4], [4]], [[4], [2, 4, 3]]],
            Large = [[3, 130, 65], [65, 121]],
            Empty = [[0, 4], [4, 2]],
            FloatTolerance = 1e-5,
            HalfTolerance = 2e-2,
        },
        new MatMulTransposed { Ordinary = [[[3, 4], [2, 4]], [[2, 3, 4], [2, 2, 4]]], Large = [[130, 65], [121, 65]], Empty = [[0, 4], [2, 4]],
            FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new Linear { Ordinary = [[[3, 4], [2, 4], [2]], [[1, 3], [3, 3], [3]]], Large = [[130, 65], [121, 65], [121]], Empty = [[0, 4], [2, 4], [2]],
            FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new LinearWithoutBias { Ordinary = [[[3, 4], [2, 4]]], Large = [[130, 65], [121, 65]], Empty = [[0, 4], [2, 4]], FloatTolerance = 1e-5,
            HalfTolerance = 2e-2 },
        new Conv2d { Ordinary = [[[2, 2, 5, 4], [3, 2, 3, 3], [3]]], Large = [[4, 8, 30, 30], [8, 8, 3, 3], [8]], Empty = [[0, 2, 5, 4], [3, 2, 3, 3], [3]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new Conv2dStrided { Ordinary = [[[1, 2, 6, 7], [2, 1, 2, 2]]], Large = [[4, 2, 61, 61], [2, 1, 2, 2]], Empty = [[0, 2, 6, 7], [2, 1, 2, 2]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new MaxPool2d
        {
            Ordinary = [[[1, 2, 4, 4]], [[2, 1, 5, 3]]],
            Large = [[4, 8, 47, 47]],
            Empty = [[0, 2, 4, 4]],
            Kinks =
            [
                // The published case (Boustany 2024): a window (a, a, b, b) with a > b.
                new KinkPoint(
                    [[1, 1, 2, 2]],
                    [[2, 2, 1, 1]],
                    [0],
                    new("PyTorch", Selections.PyTorch, [[3, 0, 0, 0]]),
                    new("Jax", Selections.Jax, [[3, 0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[3, 0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[1.5, 1.5, 0, 0]]),
                    new("last", Selections.PyTorch with { MaxPool = TieSelection.Last }, [[0, 3, 0, 0]]),
                    new("β = 10", Selections.PyTorch with { MaxPool = TieSelection.Mixture(10) }, [[-12, 15, 0, 0]]),
                    new("mixture of last", Selections.PyTorch with { MaxPool = new(0.5, true) }, [[0.75, 2.25, 0, 0]]),
                    new("even overrides", Selections.PyTorch, [[1.5, 1.5, 0, 0]], x => x[0]
                        .MaxPool2d(2, ties: TieSelection.EvenSplit))) { Stratum = [[[1, 1, 0, 0]], [[0, 0, 1, 0]], [[0, 0, 0, 1]]] },
            ],
        },
        new MaxPool2dOverlapping
        {
            Ordinary = [[[1, 2, 5, 5]]],
            Large = [[4, 8, 47, 47]],
            Empty = [[0, 2, 5, 5]],
            Kinks =
            [
                // The middle is in all four windows and is the only maximum in three; in the last, the corner ties with it.
                new KinkPoint(
                    [[1, 1, 3, 3]],
                    [[0, 1, 0, 1, 2, 1, 0, 1, 2]],
                    [3],
                    new("PyTorch", Selections.PyTorch, [[0, 0, 0, 0, 3 + 4 + 5 + 6, 0, 0, 0, 0]]),
                    new("Jax", Selections.Jax, [[0, 0, 0, 0, 3 + 4 + 5 + 6, 0, 0, 0, 0]]),
                    new("TensorFlow", Selections.TensorFlow, [[0, 0, 0, 0, 3 + 4 + 5 + 6, 0, 0, 0, 0]]),
                    new("minimal norm", Selections.MinimalNorm, [[0, 0, 0, 0, 3 + 4 + 5 + 3, 0, 0, 0, 3]]),
                    new("last overrides", Selections.PyTorch, [[0, 0, 0, 0, 3 + 4 + 5, 0, 0, 0, 6]], x => x[0]
                        .MaxPool2d(3, 2, 1, TieSelection.Last))) { Stratum = [[[0, 0, 0, 0, 1, 0, 0, 0, 1]], [[1, 0, 0, 0, 0, 0, 0, 0, 0]]] },
            ],
        },
        new AveragePool2d { Ordinary = [[[1, 2, 4, 4]], [[2, 1, 5, 3]]], Large = [[4, 8, 47, 47]], Empty = [[0, 2, 4, 4]] },
        new AveragePool2dPadded { Ordinary = [[[1, 2, 5, 5]]], Large = [[4, 8, 47, 47]], Empty = [[0, 2, 5, 5]] },
    ];

    private sealed class MatMul() : OperationCase("matrix product", typeof(MatMul<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MatMul(x[1]); }

    private sealed class MatMulTransposed()
        : OperationCase("matrix product with a transpose", typeof(MatMul<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MatMul(x[1].Transpose()); }

    private sealed class Linear() : OperationCase("linear", typeof(Linear<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Linear(x[1], x[2]); }

    private sealed class LinearWithoutBias()
        : OperationCase("linear without bias", typeof(Linear<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Linear(x[1]); }

    private sealed class Conv2d()
        : OperationCase("conv2d", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv2d(x[1], x[2], padding: 1); }

    private sealed class Conv2dStrided()
        : OperationCase("conv2d strided, dilated, grouped", typeof(Conv2d<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].Conv2d(x[1], stride: 2, padding: 1, dilation: 2, groups: 2);
    }

    private sealed class MaxPool2d() : OperationCase("max-pool 2-D", typeof(MaxPool<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MaxPool2d(2); }

    private sealed class MaxPool2dOverlapping()
        : OperationCase("max-pool 2-D overlapping", typeof(MaxPool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MaxPool2d(3, 2, 1); }

    private sealed class AveragePool2d()
        : OperationCase("average-pool 2-D", typeof(AveragePool<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].AveragePool2d(2); }

    private sealed class AveragePool2dPadded()
        : OperationCase("average-pool 2-D padded", typeof(AveragePool<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].AveragePool2d(3, 2, 1, countPadding: false);
    }
}
