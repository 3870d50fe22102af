using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Views, joins and padding.</summary>
public static class ShapeCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Reshape { Ordinary = [[[3, 4]], [[2, 3, 2]]], Large = [[64, 1032]], Empty = [[0, 4]] },
        new Permute { Ordinary = [[[3, 4, 2]], [[1, 2, 3]]], Large = [[65, 31, 33]], Empty = [[0, 4, 2]] },
        new Transpose { Ordinary = [[[3, 4]], [[2, 3, 2]]] },
        new Slice { Ordinary = [[[3, 4]], [[2, 3, 2]]], Empty = [[0, 3]] },
        new Select { Ordinary = [[[3, 4]], [[2, 3, 2]]], Empty = [[0, 3]] },
        new Concatenate { Ordinary = [[[3, 4], [3, 2]], [[2, 1], [2, 1]]], Large = [[65, 1031], [65, 57]], Empty = [[0, 3], [0, 2]] },
        new ConcatenateTwice { Ordinary = [[[3, 4], [3, 2]]], Large = [[65, 1031], [65, 57]], Empty = [[0, 3], [0, 2]] },
        new BroadcastTo { Ordinary = [[[3]], [[2, 1]], [[]]], Large = [[1, 1031]], Empty = [[0]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new Pad { Ordinary = [[[3, 4]], [[2, 3, 2]]] },
    ];

    private sealed class Reshape()
        : OperationCase("reshape", typeof(Reshape<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Reshape(2, x[0].Shape.Count / 2); }

    private sealed class Permute() : OperationCase("permute", typeof(Permute<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Permute(2, 0, 1); }

    private sealed class Transpose()
        : OperationCase("transpose", typeof(Permute<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Transpose() * x[0].Transpose(); }

    private sealed class Slice()
        : OperationCase("slice", typeof(Slice<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Slice(-1, 1, 1) + x[0].Slice(-1, 0, 2); }

    private sealed class Select() : OperationCase("select", typeof(Slice<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Select(1, 1); }

    private sealed class Concatenate()
        : OperationCase("concatenate", typeof(Concatenate<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => Operations.Concatenate(-1, x[0], x[1]); }

    private sealed class ConcatenateTwice()
        : OperationCase("concatenate the same", typeof(Concatenate<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            Operations.Concatenate(1, x[0], x[1], x[0]);
    }

    private sealed class BroadcastTo()
        : OperationCase("broadcast", typeof(BroadcastTo<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].BroadcastTo(5, 2, x[0].Shape.Rank == 0 ? 1 : x[0].Shape[-1]);
    }

    private sealed class Pad() : OperationCase("pad", typeof(Pad<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Pad([1, 2], [0, 3], 0.5); }
}
