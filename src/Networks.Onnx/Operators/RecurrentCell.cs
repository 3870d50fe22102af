using System.Numerics;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>The weights and activations of one direction of a recurrence.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class RecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Var<T>[] weights;
    private readonly Var<T>[] recurrences;
    private readonly Var<T>[]? biases;
    private readonly Var<T>[]? peepholes;
    private readonly Func<Var<T>, Var<T>>[] functions;
    private readonly double? clip;
    private readonly int gates;

    private RecurrentCell(NodeContext<T> node, int way, int directions, int gates, string[] functions)
    {
        this.gates = gates;
        int width = node.Real(2).Shape[2];
        weights = Parts(node.Real(1).Select(0, way), gates, width);
        recurrences = Parts(node.Real(2).Select(0, way), gates, width);
        biases = node.OptionalReal(3) is { } bias ? Parts(bias.Select(0, way), 2 * gates, width) : null;
        peepholes = gates == 4 && node.OptionalReal(7) is { } peephole ? Parts(peephole.Select(0, way), 3, width) : null;
        clip = node.HasAttribute("clip") ? node.Float("clip") : null;
        string[] names = node.Texts("activations") is { Length: > 0 } named ? named : [.. Enumerable.Repeat(functions, directions).SelectMany(all => all)];
        if (names.Length != functions.Length * directions)
            throw node.Wrong($"{names.Length} activations were named; {functions.Length * directions} are needed");
        float[] alphas = node.Floats("activation_alpha") ?? [], betas = node.Floats("activation_beta") ?? [];

        // Numbers are given to the activations that take them, in their order.
        Queue<float> alpha = new(alphas), beta = new(betas);
        Func<Var<T>, Var<T>>[] all = [.. names.Select(name => Function(node, name, alpha, beta))];
        this.functions = all[(way * functions.Length)..((way + 1) * functions.Length)];
    }

    /// <summary>Reads one direction of a node.</summary>
    public static RecurrentCell<T> Of(NodeContext<T> node, int way, int directions, int gates, string[] functions) =>
        new(node, way, directions, gates, functions);

    /// <summary>A gate's part of the input, with its bias.</summary>
    public Var<T> OfInput(int gate, Var<T> x) => biases is null ? x.Linear(weights[gate]) : x.Linear(weights[gate], biases[gate]);

    /// <summary>A gate's part of the state, with its bias.</summary>
    public Var<T> OfState(int gate, Var<T> state) => biases is null ? state.Linear(recurrences[gate]) : state.Linear(recurrences[gate], biases[gates + gate]);

    /// <summary>A gate before its activation.</summary>
    public Var<T> Gate(int gate, Var<T> x, Var<T> state) => OfInput(gate, x) + OfState(gate, state);

    /// <summary>A gate that also sees the memory.</summary>
    public Var<T> Peeped(int place, Var<T> gate, Var<T> memory) => peepholes is null ? gate : gate + (peepholes[place] * memory);

    /// <summary>One of the activations.</summary>
    public Var<T> Apply(int place, Var<T> x) => functions[place](clip is { } bound ? x.Clamp(-bound, bound) : x);

    private static Var<T>[] Parts(Var<T> all, int count, int width) => [.. Enumerable.Range(0, count).Select(part => all.Slice(0, part * width, width))];

    private static Func<Var<T>, Var<T>> Function(NodeContext<T> node, string name, Queue<float> alphas, Queue<float> betas)
    {
        switch (name)
        {
            case "Relu":
                return x => x.Relu();
            case "Tanh":
                return x => x.Tanh();
            case "Sigmoid":
                return x => x.Sigmoid();
            case "Softsign":
                return x => x.Softsign();
            case "Softplus":
                return x => x.Softplus();
            case "LeakyRelu":
                double slope = Next(alphas, 0.01);
                return x => x.LeakyRelu(slope);
            case "ThresholdedRelu":
                double threshold = Next(alphas, 1);
                return x => x.Threshold(threshold, 0);
            case "Elu":
                double scale = Next(alphas, 1);
                return x => x.Elu(scale);
            case "HardSigmoid":
                (double rise, double shift) = (Next(alphas, 0.2), Next(betas, 0.5));
                return x => Activations.HardSigmoid(x, rise, shift);
            case "ScaledTanh":
                (double outer, double inner) = (Next(alphas, 1), Next(betas, 1));
                return x => x.Scale(inner).Tanh().Scale(outer);
            case "Affine":
                (double factor, double summand) = (Next(alphas, 1), Next(betas, 0));
                return x => x.Scale(factor).Shift(summand);
            default:
                throw node.Unsupported($"the activation {Excerpt.Of(name)} is named");
        }
    }

    private static double Next(Queue<float> numbers, double otherwise) => numbers.TryDequeue(out float number) ? number : otherwise;
}
