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
        new CtcLoss { Ordinary = [[[5, 2, 4]], [[3, 1, 3]], [[1, 1, 3]]], Large = [[12, 40, 30]], Empty = [[0, 2, 3]], FloatTolerance = 1e-5,
            HalfTolerance = 8e-3 },
        new CtcLossEach { Ordinary = [[[5, 2, 4]], [[7, 3, 3]]], Large = [[12, 40, 30]], Empty = [[3, 0, 4]], FloatTolerance = 1e-5, HalfTolerance = 8e-3 },
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

    private static readonly CtcOptions OfEach = new() { Reduction = LossReduction.None }, Mean = new();

    private static readonly Dictionary<(int Steps, int Batch, int Classes), (int[][] Targets, int[] Lengths)> Alignments = [];

    // Targets of different lengths, the first with a label repeated; the last sequence is a step shorter.
    private static CtcLoss<T> Ctc<T>(Shape shape, CtcOptions options)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        lock (Alignments)
        {
            if (!Alignments.TryGetValue((shape[0], shape[1], shape[2]), out (int[][] Targets, int[] Lengths) made))
            {
                made = MakeAlignments(shape[0], shape[1], shape[2]);
                Alignments.Add((shape[0], shape[1], shape[2]), made);
            }

            return new(made.Targets, made.Lengths, options);
        }
    }

    private static (int[][] Targets, int[] Lengths) MakeAlignments(int steps, int batch, int classes) => (
        [.. Enumerable.Range(0, batch).Select(b => Enumerable.Repeat(1 + (b % (classes - 1)), Math.Min(2 - (b % 3), steps / 2)).ToArray())],
        [.. Enumerable.Range(0, batch).Select(b => Math.Max(0, b == 1 ? steps - 1 : steps))]);

    private sealed class CtcLoss() : OperationCase("ctc loss", typeof(CtcLoss<>)) { public override Var<T> Apply<T>(Var<T>[] x) => Record(x[0], Mean); }

    private sealed class CtcLossEach()
        : OperationCase("ctc loss, each", typeof(CtcLoss<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Record(x[0], OfEach); }

    private static Var<T> Record<T>(Var<T> x, CtcOptions options)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => x.Tape.Record(Ctc<T>(x.Shape, options), x);

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
