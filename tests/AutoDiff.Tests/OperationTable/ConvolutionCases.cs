using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Convolutions of sequences and volumes, rectangular ones and transposed ones.</summary>
public static class ConvolutionCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Conv1d { Ordinary = [[[2, 3, 7], [4, 3, 3], [4]]], Large = [[4, 8, 900], [8, 8, 3], [8]], Empty = [[0, 3, 7], [4, 3, 3], [4]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new Conv1dGrouped { Ordinary = [[[2, 4, 9], [2, 2, 2]]], Large = [[4, 4, 1900], [2, 2, 2]], Empty = [[0, 4, 9], [2, 2, 2]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new Conv2dRectangular { Ordinary = [[[1, 2, 5, 6], [3, 2, 2, 3], [3]]], Large = [[4, 4, 41, 50], [8, 4, 2, 3], [8]],
            Empty = [[0, 2, 5, 6], [3, 2, 2, 3], [3]], FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new Conv2dSame { Ordinary = [[[1, 2, 4, 5], [2, 2, 2, 4]]], Large = [[4, 4, 41, 50], [8, 4, 2, 4]], Empty = [[0, 2, 4, 5], [2, 2, 2, 4]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new Conv3d { Ordinary = [[[2, 2, 3, 4, 3], [2, 2, 2, 3, 2], [2]]], Large = [[2, 4, 9, 17, 17], [4, 4, 2, 3, 2], [4]],
            Empty = [[0, 2, 3, 4, 3], [2, 2, 2, 3, 2], [2]], FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new Conv3dGrouped { Ordinary = [[[1, 2, 5, 4, 4], [2, 1, 2, 2, 2]]], Large = [[2, 2, 15, 24, 24], [2, 1, 2, 2, 2]],
            Empty = [[0, 2, 5, 4, 4], [2, 1, 2, 2, 2]], FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new ConvTranspose1d { Ordinary = [[[2, 2, 4], [2, 3, 3], [3]]], Large = [[4, 8, 500], [8, 8, 3], [8]], Empty = [[0, 2, 4], [2, 3, 3], [3]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new ConvTranspose2d { Ordinary = [[[2, 2, 3, 4], [2, 3, 3, 2], [3]]], Large = [[4, 8, 18, 18], [8, 8, 3, 2], [8]],
            Empty = [[0, 2, 3, 4], [2, 3, 3, 2], [3]], FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new ConvTranspose2dGrouped { Ordinary = [[[1, 4, 3, 3], [4, 1, 2, 2]]], Large = [[4, 4, 29, 29], [4, 1, 2, 2]], Empty = [[0, 4, 3, 3], [4, 1, 2, 2]],
            FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
        new ConvTranspose3d { Ordinary = [[[1, 2, 2, 2, 3], [2, 1, 3, 2, 2], [2]]], Large = [[2, 4, 5, 11, 11], [4, 2, 3, 2, 2], [4]],
            Empty = [[0, 2, 2, 2, 3], [2, 1, 3, 2, 2], [2]], FloatTolerance = 2e-5, HalfTolerance = 4e-2 },
    ];

    private sealed class Conv1d()
        : OperationCase("conv1d", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv1d(x[1], x[2], padding: 1); }

    private sealed class Conv1dGrouped()
        : OperationCase("conv1d strided, dilated, grouped", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv1d(x[1], stride: 2, padding: 1, dilation: 3, groups: 2); }

    private sealed class Conv2dRectangular()
        : OperationCase("conv2d rectangular", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv2d(x[1], x[2], stride: (1, 2), padding: (0, 1), dilation: (2, 1)); }

    private sealed class Conv2dSame()
        : OperationCase("conv2d same", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv2d(x[1], same: true); }

    private sealed class Conv3d()
        : OperationCase("conv3d", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv3d(x[1], x[2], padding: 1); }

    private sealed class Conv3dGrouped()
        : OperationCase("conv3d strided, dilated, grouped", typeof(Conv2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Conv3d(x[1], stride: (2, 1, 2), padding: (0, 1, 0), dilation: (2, 1, 1), groups: 2); }

    private sealed class ConvTranspose1d()
        : OperationCase("transposed conv1d", typeof(ConvTranspose2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ConvTranspose1d(x[1], x[2], stride: 2, padding: 1, outputPadding: 1); }

    private sealed class ConvTranspose2d()
        : OperationCase("transposed conv2d", typeof(ConvTranspose2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ConvTranspose2d(x[1], x[2], stride: (2, 1), padding: (1, 0)); }

    private sealed class ConvTranspose2dGrouped()
        : OperationCase("transposed conv2d dilated, grouped", typeof(ConvTranspose2d<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].ConvTranspose2d(x[1], stride: (1, 2), outputPadding: 1, dilation: (2, 1), groups: 2); }

    private sealed class ConvTranspose3d()
        : OperationCase("transposed conv3d", typeof(ConvTranspose2d<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].ConvTranspose3d(x[1], x[2], stride: (2, 1, 2), padding: (1, 0, 0), outputPadding: (1, 0, 1), groups: 2);
    }
}
