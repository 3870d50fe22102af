using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>
/// A random program of layers on vectors: an integer matrix, an offset that puts many elements exactly at a kink or ties them, and an operation that may bend
/// upwards at one element and downwards at another.
/// </summary>
public sealed class BentProgram
{
    // The operations, with the arguments at which their offsets aim.
    private static readonly (string Name, int[] Targets, Func<Var<double>, Var<double>> Run)[] Operators =
    [
        ("clamp", [-1, 1, 1, 0], x => x.Clamp(-1, 1)),
        ("hard tanh", [-1, 1, 2], x => x.HardTanh()),
        ("relu6", [0, 6, 1], x => x.Relu6()),
        ("soft threshold", [-1, 1, 1, 0], x => x.SoftThreshold(1)),
        ("hard sigmoid", [-3, 3, 0], x => x.HardSigmoid() * 6.0),
        ("hard swish", [-3, 3], x => x.HardSwish() * 6.0),
        ("leaky relu", [0, 1], x => x.LeakyRelu(2)),
        ("abs", [0, 1], x => x.Abs()),
        ("relu", [0, 1], x => x.Relu()),
        ("sort", [0, 0, 1], x => x.Sort()),
        ("descending sort", [0, 0, 1], x => x.Sort(0, true)),
        ("top-2", [0, 0, 1], x => x.TopK(Math.Min(2, x.Shape[0]))),
        ("lowest 2", [0, 0, 1], x => x.TopK(Math.Min(2, x.Shape[0]), true)),
        ("top-1", [0, 0, 1], x => x.TopK(1)),
        ("median", [0, 0, 1], x => x.Median().Reshape(1) * 2.0),
        ("running maximum", [0, 0, 1], x => x.CumulativeMaximum()),
        ("max", [0, 0, 1], x => x.Max(0, true)),
        ("min", [0, 0, 1], x => x.Min(0, true)),
        ("maximum with 1", [1, 1, 0], x => x.Maximum(x.Tape.Constant([1], [1.0]))),
        ("square", [0, 1, 2], x => x.Square()),
        ("negation", [0, 1], x => -x),
    ];

    private readonly Layer[] layers;
    private readonly int[] weights;

    private BentProgram(double[] point, Layer[] layers, int[] weights) => (Point, this.layers, this.weights) = (point, layers, weights);

    public double[] Point { get; }

    public Objective Objective => Objective.OfTensor(Run);

    public IEnumerable<string> Names => layers.Select(layer => Operators[layer.Operator].Name);

    /// <summary>Programs of one to three layers of up to three elements.</summary>
    public static Gen<BentProgram> Generate() =>
        from dimension in Gen.Int[1, 3]
        from point in Gen.Int[-2, 2].Array[dimension]
        from layers in Gen.Select(Gen.Int[0, Operators.Length - 1], Gen.Int[1, 4], Gen.Int[-2, 2].Array[16], Gen.Int[0, 11].Array[4], Gen.Bool,
            (op, rows, matrix, draws, isSigned) => new Layer(op, rows, isSigned ? matrix : Array.ConvertAll(matrix, Math.Abs), draws, [])).Array[1, 3]
        from weights in Gen.Int[-2, 2].Array[4]
        from order in Gen.Int[0, 3]
        let ordered = order switch
        {
            0 => weights,
            1 => [.. weights.Order()],
            2 => [.. weights.OrderDescending()],
            _ => Array.ConvertAll(weights, Math.Abs),
        }
        let program = Planted(Array.ConvertAll(point, coordinate => (double)coordinate), layers, ordered)
        where program is not null
        select program;

    public override string ToString() =>
        $"at ({string.Join(", ", Point)}): {string.Join("; ", layers.Select(layer => layer.ToString()))}; weights {string.Join(", ", weights)}";

    // Offsets that bring every argument to one of its operation's targets.
    private static BentProgram? Planted(double[] point, Layer[] layers, int[] weights)
    {
        double[] values = point;
        for (int i = 0; i < layers.Length; i++)
        {
            Layer layer = layers[i];
            int[] targets = Operators[layer.Operator].Targets;
            double[] offsets = [.. Enumerable.Range(0, layer.Rows).Select(row => targets[layer.Draws[row] % targets.Length]
                - values.Select((value, column) => layer.Matrix[(4 * row) + column] * value).Sum())];
            layers[i] = layer with { Offsets = offsets };
            using Tape<double> tape = new();
            values = Apply(layers[i], tape.Variable([values.Length], values)).Value.ToArray();
            if (values.Any(value => Math.Abs(value) > 1000 || value != Math.Round(value)))
                return null;
        }

        return new BentProgram(point, layers, weights);
    }

    private static Var<double> Apply(Layer layer, Var<double> x)
    {
        int columns = x.Shape[0];
        double[] matrix = [.. Enumerable.Range(0, layer.Rows * columns).Select(place => (double)layer.Matrix[(4 * (place / columns)) + (place % columns)])];
        Var<double> product = (x.Tape.Constant([layer.Rows, columns], matrix) * x.Reshape(1, columns)).Sum(1);
        return Operators[layer.Operator].Run(product + x.Tape.Constant([layer.Rows], layer.Offsets));
    }

    public Var<double> Run(Var<double> x)
    {
        foreach (Layer layer in layers)
            x = Apply(layer, x);
        return (x * x.Tape.Constant([x.Shape[0]], [.. weights.Take(x.Shape[0]).Select(weight => (double)weight)])).Sum();
    }

    private sealed record Layer(int Operator, int Rows, int[] Matrix, int[] Draws, double[] Offsets)
    {
        public override string ToString() => $"{Operators[Operator].Name}({Rows} rows of {string.Join(" ", Matrix)} + {string.Join(" ", Offsets)})";
    }
}
