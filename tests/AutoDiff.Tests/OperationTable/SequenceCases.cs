using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Recurrent layers and attention.</summary>
public static class SequenceCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Lstm { Ordinary = [[[3, 2, 8], [8, 2]], [[1, 3, 12], [12, 3]], [[2, 1, 36], [36, 9]]], Large = [[5, 9, 132], [132, 33]], Empty = [[2, 0, 8], [8, 2]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new LstmWithStates { Ordinary = [[[3, 2, 8], [8, 2], [2, 2], [2, 2]], [[1, 3, 4], [4, 1], [3, 1], [3, 1]]], Large = [[5, 9, 132], [132, 33], [9, 33], [9, 33]], Empty = [[2, 0, 8], [8, 2], [0, 2], [0, 2]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
    ];

    private sealed class Lstm() : OperationCase("lstm", typeof(Lstm<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Lstm(x[1]); }

    private sealed class LstmWithStates() : OperationCase("lstm with states", typeof(Lstm<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Lstm(x[1], x[2], x[3]); }
}
