using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Normalisations and dropout.</summary>
public static class NormalizationCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new BatchNorm { Ordinary = [[[4, 3], [3], [3]], [[2, 2, 3, 2], [2], [2]]], Large = [[16, 8, 24, 24], [8], [8]], Empty = null, FloatTolerance = 1e-5,
            HalfTolerance = 2e-2 },
        new BatchNormEvaluation { Ordinary = [[[4, 3], [3], [3]], [[2, 3, 3, 2], [3], [3]]], Large = [[16, 3, 40, 40], [3], [3]], Empty = [[0, 3], [3], [3]],
            FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new LayerNorm { Ordinary = [[[3, 4], [4], [4]], [[2, 3, 2], [3, 2], [3, 2]]], Large = [[65, 1031], [1031], [1031]], Empty = null, FloatTolerance = 1e-5,
            HalfTolerance = 2e-2 },
        new GroupNorm { Ordinary = [[[2, 4, 3], [4], [4]], [[3, 4], [4], [4]], [[2, 2, 2, 3], [2], [2]]], Large = [[8, 8, 1031], [8], [8]], Empty = null,
            FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new GroupNormPlain { Ordinary = [[[2, 4, 3]]], Large = [[8, 8, 1031]], Empty = null, FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new InstanceNorm { Ordinary = [[[2, 3, 4], [3], [3]]], Large = [[8, 8, 1031], [8], [8]], Empty = null, FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new RmsNorm { Ordinary = [[[3, 4], [4]], [[2, 3, 2], [3, 2]]], Large = [[65, 1031], [1031]], Empty = null, FloatTolerance = 1e-5,
            HalfTolerance = 2e-2 },
        new RmsNormPlain { Ordinary = [[[3, 4]]], Large = [[65, 1031]], Empty = null, FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new Dropout { HalfTolerance = 4e-3 },
    ];

    private sealed class BatchNorm()
        : OperationCase("batch normalisation", typeof(Normalize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].BatchNorm(x[1], x[2]); }

    private sealed class BatchNormEvaluation() : OperationCase("batch normalisation, evaluation", typeof(Standardize<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x)
        {
            Tape<T> tape = x[0].Tape;
            ReadOnlySpan<T> mean = [T.CreateTruncating(0.25), T.CreateTruncating(-0.5), T.One],
                variance = [T.CreateTruncating(0.5), T.One, T.CreateTruncating(4)];
            return x[0].BatchNorm(x[1], x[2], tape.Constant([3], mean).Value, tape.Constant([3], variance).Value);
        }
    }

    private sealed class LayerNorm()
        : OperationCase("layer normalisation", typeof(Normalize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].LayerNorm(x[1], x[2]); }

    private sealed class GroupNorm()
        : OperationCase("group normalisation", typeof(Normalize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].GroupNorm(2, x[1], x[2]); }

    private sealed class GroupNormPlain()
        : OperationCase("group normalisation without scale", typeof(Standardize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].GroupNorm(2); }

    private sealed class InstanceNorm()
        : OperationCase("instance normalisation", typeof(Normalize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].InstanceNorm(x[1], x[2]); }

    private sealed class RmsNorm()
        : OperationCase("root-mean-square normalisation", typeof(Standardize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].RmsNorm(x[1]); }

    private sealed class RmsNormPlain()
        : OperationCase("root-mean-square normalisation without scale", typeof(Standardize<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].RmsNorm(); }

    private sealed class Dropout()
        : OperationCase("dropout", typeof(Dropout<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Dropout(0.5, new Philox(5, 6)); }
}
