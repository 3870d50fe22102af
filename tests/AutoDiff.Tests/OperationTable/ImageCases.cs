using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Interpolation, channels as pixels, and padding with elements of the image.</summary>
public static class ImageCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new InterpolateNearest { Ordinary = [[[2, 1, 3, 4]]], Large = [[4, 8, 37, 41]], Empty = [[0, 1, 3, 4]] },
        new InterpolateLinear { Ordinary = [[[2, 2, 5]], [[1, 2, 1]]], Large = [[8, 8, 1031]], Empty = [[0, 2, 5]] },
        new InterpolateLinearCorners { Ordinary = [[[2, 1, 3, 4]]], Large = [[4, 8, 37, 41]], Empty = [[0, 1, 3, 4]] },
        new InterpolateCubic { Ordinary = [[[1, 2, 3, 4]]], Large = [[4, 8, 37, 41]], Empty = [[0, 2, 3, 4]], FloatTolerance = 5e-6, HalfTolerance = 1e-2 },
        new PixelShuffle { Ordinary = [[[2, 8, 2, 3]]], Large = [[4, 8, 41, 50]], Empty = [[0, 8, 2, 3]] },
        new PixelUnshuffle { Ordinary = [[[2, 2, 4, 6]]], Large = [[4, 2, 82, 100]], Empty = [[0, 2, 4, 6]] },
        new PadReflected { Ordinary = [[[2, 3, 4]], [[3, 4]]], Large = [[8, 65, 131]], Empty = [[0, 3, 4]] },
        new PadReplicated { Ordinary = [[[2, 3, 4]]], Large = [[8, 65, 131]], Empty = [[0, 3, 4]], HalfTolerance = 1e-2 },
        new PadCircular { Ordinary = [[[2, 3, 4]]], Large = [[8, 65, 131]], Empty = [[0, 3, 4]] },
    ];

    private sealed class InterpolateNearest()
        : OperationCase("interpolate nearest", typeof(Interpolate<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Interpolate([5, 2]); }

    private sealed class InterpolateLinear()
        : OperationCase("interpolate linear", typeof(Interpolate<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].InterpolateBy([1.7], InterpolationMode.Linear); }

    private sealed class InterpolateLinearCorners()
        : OperationCase("interpolate linear with aligned corners", typeof(Interpolate<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Interpolate([5, 3], InterpolationMode.Linear, true); }

    private sealed class InterpolateCubic()
        : OperationCase("interpolate cubic", typeof(Interpolate<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Interpolate([5, 3], InterpolationMode.Cubic); }

    private sealed class PixelShuffle()
        : OperationCase("pixel shuffle", typeof(Permute<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].PixelShuffle(2); }

    private sealed class PixelUnshuffle()
        : OperationCase("pixel unshuffle", typeof(Permute<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].PixelUnshuffle(2); }

    private sealed class PadReflected()
        : OperationCase("pad reflected", typeof(GatherRows<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].PadReflected([1, 2], [0, 3]); }

    private sealed class PadReplicated()
        : OperationCase("pad replicated", typeof(GatherRows<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].PadReplicated([5], [1]); }

    private sealed class PadCircular()
        : OperationCase("pad circular", typeof(GatherRows<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].PadCircular([2, 4], [3, 0]); }
}
