using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Reading and adding at indices.</summary>
public static class IndexingCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Gather { Ordinary = [[[3, 4]], [[2, 3]]], Empty = [[3, 0]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new GatherRows { Ordinary = [[[3, 4]], [[5]], [[4, 2, 2]]], Empty = [[3, 0]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new ScatterAdd { Ordinary = [[[3, 4], [2, 4]], [[2, 3], [4, 3]]], Large = [[65, 1031], [70, 1031]], Empty = [[3, 0], [2, 0]], FloatTolerance = 1e-5,
            HalfTolerance = 1e-2 },
        new ScatterAddToItself { Ordinary = [[[3, 4]], [[2, 3]]], Empty = [[3, 0]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
    ];

    // Repeated indices, so that contributions are added.
    private static NDArray<int> Positions<T>(Var<T> x, Shape shape, int length)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => x.Tape.Indices(shape, Cached(shape.Count, length));

    private static int[] Cached(int count, int length)
    {
        lock (Made)
        {
            if (!Made.TryGetValue((count, length), out int[]? made))
            {
                made = Make(count, length);
                Made.Add((count, length), made);
            }

            return made;
        }
    }

    private static int[] Make(int count, int length) => [.. Enumerable.Range(0, count).Select(i => ((7 * i) + (i / 3)) % length)];

    private static readonly Dictionary<(int Count, int Length), int[]> Made = [];

    private sealed class Gather()
        : OperationCase("gather", typeof(Gather<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].Gather(0, Positions(x[0], x[0].Shape.With(0, 5), x[0].Shape[0]));
    }

    private sealed class GatherRows()
        : OperationCase("gather rows", typeof(GatherRows<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].GatherRows(Positions(x[0], [2, 3], x[0].Shape[0]));
    }

    private sealed class ScatterAdd()
        : OperationCase("scatter-add", typeof(ScatterAdd<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].ScatterAdd(0, Positions(x[0], x[1].Shape, x[0].Shape[0]), x[1]);
    }

    private sealed class ScatterAddToItself()
        : OperationCase("scatter-add to itself", typeof(ScatterAdd<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].ScatterAdd(0, Positions(x[0], x[0].Shape, x[0].Shape[0]), x[0]);
    }
}
