using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Recurrent layers and attention.</summary>
public static class SequenceCases
{
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new Lstm { Ordinary = [[[3, 2, 8], [8, 2], [8]], [[1, 3, 12], [12, 3], [12]], [[2, 1, 36], [36, 9], [36]]], Large = [[5, 29, 132], [132, 33], [132]],
            Empty = [[2, 0, 8], [8, 2], [8]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new LstmWithStates { Ordinary = [[[3, 2, 8], [8, 2], [8], [2, 2], [2, 2]], [[1, 3, 4], [4, 1], [4], [3, 1], [3, 1]]],
            Large = [[5, 9, 132], [132, 33], [132], [9, 33], [9, 33]], Empty = [[2, 0, 8], [8, 2], [8], [0, 2], [0, 2]], FloatTolerance = 1e-5,
                HalfTolerance = 2e-2 },
        new Gru { Ordinary = [[[3, 2, 6], [6, 2], [6]], [[1, 3, 9], [9, 3], [9]], [[2, 1, 27], [27, 9], [27]]], Large = [[5, 29, 99], [99, 33], [99]],
            Empty = [[2, 0, 6], [6, 2], [6]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new GruWithState { Ordinary = [[[3, 2, 6], [6, 2], [6], [2, 2]], [[1, 3, 3], [3, 1], [3], [3, 1]]], Large = [[5, 9, 99], [99, 33], [99], [9, 33]],
            Empty = [[2, 0, 6], [6, 2], [6], [0, 2]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new Attention { Ordinary = [[[2, 3, 4], [2, 2, 4], [2, 2, 4]], [[1, 2, 9], [1, 17, 9], [1, 17, 9]]], Large = [[4, 33, 24], [4, 45, 24], [4, 45, 24]],
            Empty = [[0, 3, 4], [0, 2, 4], [0, 2, 4]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
        new CausalSelfAttention { Ordinary = [[[2, 3, 12]], [[1, 10, 6]]], Large = [[4, 45, 72]], Empty = [[0, 3, 12]], FloatTolerance = 1e-5,
            HalfTolerance = 2e-2 },
        new AttentionWeights { Ordinary = [[[2, 4, 3, 2], [2, 2, 5, 2], [4, 1, 5]], [[1, 2, 3, 3], [1, 1, 2, 3], [3, 2]]],
            Large = [[3, 8, 33, 12], [3, 4, 45, 12], [8, 1, 45]], Empty = [[0, 2, 3, 2], [0, 2, 4, 2], [1, 4]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new AttentionWeightsOfAll { Ordinary = [[[2, 2, 3, 2], [2, 2, 4, 2]]], Large = [[3, 8, 33, 12], [3, 4, 45, 12]],
            Empty = [[2, 2, 0, 2], [2, 2, 4, 2]], FloatTolerance = 1e-5, HalfTolerance = 1e-2 },
        new WeightedRows { Ordinary = [[[2, 4, 3, 5], [2, 2, 5, 2]], [[1, 1, 2, 3], [1, 1, 3, 4]]], Large = [[3, 8, 33, 45], [3, 4, 45, 12]],
            Empty = [[2, 4, 0, 5], [2, 2, 5, 2]], FloatTolerance = 1e-5, HalfTolerance = 2e-2 },
    ];

    private sealed class AttentionWeights()
        : OperationCase("attention weights, masked", typeof(AttentionWeights<>))
    {
        // The last query of every second head sees no key.
        public override Var<T> Apply<T>(Var<T>[] x)
        {
            Shape shape = x[0].Shape.With(3, x[1].Shape[2]).Without(0);
            return x[0].Tape.Record(new AttentionWeights<T>(0.7, x[0].Tape.Conditions(shape, Seen(shape))), x[0], x[1], x[2]);
        }
    }

    private static readonly Dictionary<(int Heads, int Tokens, int Keys), bool[]> Masks = [];

    private static bool[] Seen(Shape shape)
    {
        lock (Masks)
        {
            if (!Masks.TryGetValue((shape[0], shape[1], shape[2]), out bool[]? seen))
            {
                seen = new bool[shape.Count];
                for (int i = 0; i < seen.Length; i++)
                    seen[i] = (i * 7 % 5 != 0) && !(i / (shape[1] * shape[2]) % 2 == 1 && i / shape[2] % shape[1] == shape[1] - 1);
                Masks.Add((shape[0], shape[1], shape[2]), seen);
            }

            return seen;
        }
    }

    private sealed class AttentionWeightsOfAll()
        : OperationCase("attention weights", typeof(AttentionWeights<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Tape.Record(new AttentionWeights<T>(0.5, default), x[0], x[1]); }

    private sealed class WeightedRows()
        : OperationCase("weighted rows", typeof(WeightedRows<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Tape.Record(default(WeightedRows<T>), x[0], x[1]); }

    private sealed class Attention()
        : OperationCase("attention", typeof(Attention<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].Attention(x[1], x[2], x[0].Shape[2] % 2 == 0 ? 2 : 1);
    }

    private sealed class CausalSelfAttention()
        : OperationCase("causal self-attention", typeof(Attention<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SelfAttention(2, isCausal: true); }

    private sealed class Gru() : OperationCase("gru", typeof(Gru<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Gru(x[1], x[2]); }

    private sealed class GruWithState()
        : OperationCase("gru with state", typeof(Gru<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Gru(x[1], x[2], x[3]); }

    private sealed class Lstm() : OperationCase("lstm", typeof(Lstm<>)) { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Lstm(x[1], x[2]); }

    private sealed class LstmWithStates()
        : OperationCase("lstm with states", typeof(Lstm<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].Lstm(x[1], x[2], x[3], x[4]); }
}
