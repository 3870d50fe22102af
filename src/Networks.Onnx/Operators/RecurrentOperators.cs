using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>LSTM, GRU and plain recurrence, step by step, with the activations that a node names.</summary>
internal static class RecurrentOperators
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Several("RNN", node => Run(node, 1, 1, ["Tanh"], Plain));
        rows.Several("GRU", node => Run(node, 3, 1, ["Sigmoid", "Tanh"], Gru));
        rows.Several("LSTM", node => Run(node, 4, 2, ["Sigmoid", "Tanh", "Tanh"], Lstm));
    }

    private delegate Var<T>[] CellStep<T>(NodeContext<T> node, RecurrentCell<T> cell, Var<T> x, Var<T>[] states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private static OnnxValue<T>?[] Run<T>(NodeContext<T> node, int gates, int states, string[] functions, CellStep<T> step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string direction = node.Choice("direction", "forward", "forward", "reverse", "bidirectional");
        bool isBatchFirst = node.Int("layout", 0) != 0;
        Var<T> x = node.Real(0), weight = node.Real(1), recurrence = node.Real(2);
        if (x.Shape.Rank != 3 || weight.Shape.Rank != 3 || recurrence.Shape.Rank != 3)
            throw node.Wrong($"its input and weights have the shapes {x.Shape}, {weight.Shape} and {recurrence.Shape}; three axes each are allowed");
        x = isBatchFirst ? x.Transpose(0, 1) : x;
        int steps = x.Shape[0], batch = x.Shape[1], width = recurrence.Shape[2], directions = direction == "bidirectional" ? 2 : 1;
        if (node.Int("hidden_size", width) != width || weight.Shape[0] != directions || weight.Shape[1] != gates * width)
            throw node.Wrong($"weights of {weight.Shape} and {recurrence.Shape} do not fit {directions} direction(s), hidden_size and {gates} gate(s)");
        long[] lengths = node.Has(4) ? node.Integers(4) : [.. Enumerable.Repeat((long)steps, batch)];
        if (lengths.Length != batch || lengths.Any(length => length < 0 || length > steps))
            throw node.Wrong($"the lengths [{string.Join(", ", lengths)}] were given for {batch} sequences of {steps} steps");
        if (steps == 0)
            throw node.Unsupported("its sequences have no steps");
        List<Var<T>> outputs = [];
        List<Var<T>>[] lasts = [.. Enumerable.Range(0, states).Select(_ => new List<Var<T>>())];
        for (int way = 0; way < directions; way++)
        {
            bool isReverse = direction == "reverse" || way == 1;
            RecurrentCell<T> cell = RecurrentCell<T>.Of(node, way, directions, gates, functions);
            Var<T>[] now = [.. Enumerable.Range(0, states).Select(state => Start(node, 5 + state, way, batch, width, isBatchFirst))];
            Var<T>[] ofSteps = new Var<T>[steps];
            for (int at = 0; at < steps; at++)
            {
                int time = isReverse ? steps - 1 - at : at;
                Var<T>[] next = step(node, cell, x.Select(0, time), now);
                bool[] isInside = [.. lengths.SelectMany(length => Enumerable.Repeat(time < length, width))];
                bool areAll = isInside.All(inside => inside);
                Var<T> zero = x.Tape.Constant([batch, width], new T[batch * width]);
                ofSteps[time] = areAll ? next[0] : Operations.Where(isInside, next[0], zero);
                now = areAll ? next : [.. next.Zip(now, (after, before) => Operations.Where(isInside, after, before))];
            }

            outputs.Add(Operations.Stack(0, ofSteps));
            for (int state = 0; state < states; state++)
                lasts[state].Add(now[state]);
        }

        Var<T> y = Operations.Stack(1, [.. outputs]);
        Var<T>[] ends = [.. lasts.Select(last => Operations.Stack(0, [.. last]))];
        return [
            node.Result(isBatchFirst ? y.Permute(2, 0, 1, 3) : y),
            .. ends.Select(end => node.Result(isBatchFirst ? end.Transpose(0, 1) : end)),
        ];
    }

    private static Var<T> Start<T>(NodeContext<T> node, int place, int way, int batch, int width, bool isBatchFirst)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node.OptionalReal(place) is not { } given
        ? node.Tape.Constant([batch, width], new T[batch * width])
        : (isBatchFirst ? given.Transpose(0, 1) : given).Select(0, way);

    private static Var<T>[] Plain<T>(NodeContext<T> node, RecurrentCell<T> cell, Var<T> x, Var<T>[] states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [cell.Apply(0, cell.Gate(0, x, states[0]))];

    // Gates in the order z, r, h.
    private static Var<T>[] Gru<T>(NodeContext<T> node, RecurrentCell<T> cell, Var<T> x, Var<T>[] states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> hidden = states[0], update = cell.Apply(0, cell.Gate(0, x, hidden)), reset = cell.Apply(0, cell.Gate(1, x, hidden));
        Var<T> candidate = cell.Apply(1, node.Int("linear_before_reset", 0) != 0
            ? cell.OfInput(2, x) + (reset * cell.OfState(2, hidden))
            : cell.Gate(2, x, reset * hidden));
        return [((T.One + update.Negate()) * candidate) + (update * hidden)];
    }

    // Gates in the order i, o, f, c; peepholes in the order i, o, f.
    private static Var<T>[] Lstm<T>(NodeContext<T> node, RecurrentCell<T> cell, Var<T> x, Var<T>[] states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Var<T> hidden, Var<T> memory) = (states[0], states[1]);
        Var<T> input = cell.Apply(0, cell.Peeped(0, cell.Gate(0, x, hidden), memory));
        Var<T> forget = node.Int("input_forget", 0) != 0
            ? T.One + input.Negate()
            : cell.Apply(0, cell.Peeped(2, cell.Gate(2, x, hidden), memory));
        Var<T> next = (forget * memory) + (input * cell.Apply(1, cell.Gate(3, x, hidden)));
        Var<T> output = cell.Apply(0, cell.Peeped(1, cell.Gate(1, x, hidden), next));
        return [output * cell.Apply(2, next), next];
    }
}
