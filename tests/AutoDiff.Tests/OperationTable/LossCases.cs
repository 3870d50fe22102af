using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Losses.</summary>
public static class LossCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new CrossEntropy { Ordinary = [[[3, 4]], [[1, 3]]], Large = [[515, 67]], Empty = null, HalfTolerance = 8e-3 },
        new CrossEntropySum { Ordinary = [[[3, 4]], [[1, 3]]], Large = [[515, 67]], Empty = null, HalfTolerance = 1e-2, FloatTolerance = 1e-5 },
        new CrossEntropyEach { Ordinary = [[[3, 4]], [[1, 3]]], Large = [[515, 67]], Empty = null, HalfTolerance = 8e-3 },
        new MeanSquaredError { Ordinary = [[[3, 4], [3, 4]], [[], []]], Large = [[65, 1031], [65, 1031]], Empty = null, HalfTolerance = 1e-2 },
        new SumSquaredError { Ordinary = [[[3, 4], [3, 4]]], Large = [[65, 1031], [65, 1031]], Empty = null, HalfTolerance = 2e-2, FloatTolerance = 1e-5 },
        new SquaredErrors { Ordinary = [[[3, 4], [3, 4]]], Large = [[65, 1031], [65, 1031]], Empty = null, HalfTolerance = 1e-2 },
    ];

    private static readonly Dictionary<(int Count, int Classes), int[]> Made = [];

    private static int[] Labels(Shape shape)
    {
        // An empty batch must be rejected.
        if (shape.Count == 0)
            return [];
        lock (Made)
        {
            if (!Made.TryGetValue((shape[0], shape[1]), out int[]? made))
            {
                made = Make(shape[0], shape[1]);
                Made.Add((shape[0], shape[1]), made);
            }

            return made;
        }
    }

    private static int[] Make(int count, int classes) => [.. Enumerable.Range(0, count).Select(i => (5 * i) % classes)];

    private sealed class CrossEntropy()
        : OperationCase("cross-entropy", typeof(CrossEntropy<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CrossEntropy(Labels(x[0].Shape)); }

    private sealed class CrossEntropySum()
        : OperationCase("cross-entropy, sum", typeof(CrossEntropy<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].CrossEntropy(Labels(x[0].Shape), LossReduction.Sum);
    }

    private sealed class CrossEntropyEach()
        : OperationCase("cross-entropy, each", typeof(CrossEntropy<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].CrossEntropy(Labels(x[0].Shape), LossReduction.None);
    }

    private sealed class MeanSquaredError()
        : OperationCase("mean squared error", typeof(MeanSquaredError<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MeanSquaredError(x[1]); }

    private sealed class SumSquaredError()
        : OperationCase("squared error, sum", typeof(MeanSquaredError<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].MeanSquaredError(x[1], LossReduction.Sum);
    }

    private sealed class SquaredErrors()
        : OperationCase("squared error, each", typeof(MeanSquaredError<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].MeanSquaredError(x[1], LossReduction.None);
    }
}
