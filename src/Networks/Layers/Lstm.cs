using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// Stacked layers of long short-term memory (Hochreiter and Schmidhuber 1997): [steps, batch, inputs] to [steps, batch, width]. Weights and biases are those of
/// PyTorch's LSTM: gates in the order i, f, g, o, and two biases per layer, which are added.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Lstm<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] inputWeights;
    private readonly Parameter<T>[] hiddenWeights;
    private readonly Parameter<T>[] inputBiases;
    private readonly Parameter<T>[] hiddenBiases;
    private readonly Dropout<T>? between;

    /// <summary>Creates the layers, with weights and biases uniform in ±1/√width.</summary>
    /// <param name="name">The prefix of its parameters' names, which continue as in PyTorch: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, and so on for
    /// every layer.</param>
    /// <param name="inputs">The number of inputs at each step.</param>
    /// <param name="width">The length of h and of c.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="layers">The number of layers; at least 1.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [batch, steps, …] instead, which costs a copy of each.</param>
    /// <param name="dropout">The probability of dropout between layers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The inputs, the width or the layers are fewer than 1, or the probability is out of range.</exception>
    public Lstm(string name, int inputs, int width, Initializer initializer, int layers = 1, bool batchFirst = false, double dropout = 0)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        Inputs = inputs;
        Width = width;
        BatchFirst = batchFirst;
        inputWeights = new Parameter<T>[layers];
        hiddenWeights = new Parameter<T>[layers];
        inputBiases = new Parameter<T>[layers];
        hiddenBiases = new Parameter<T>[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            inputWeights[layer] = initializer.Uniform<T>(PathOf(name, $"weight_ih_l{layer}"), Shape.Of(4 * width, layer == 0 ? inputs : width), width);
            hiddenWeights[layer] = initializer.Uniform<T>(PathOf(name, $"weight_hh_l{layer}"), Shape.Of(4 * width, width), width);
            inputBiases[layer] = initializer.Uniform<T>(PathOf(name, $"bias_ih_l{layer}"), Shape.Of(4 * width), width);
            hiddenBiases[layer] = initializer.Uniform<T>(PathOf(name, $"bias_hh_l{layer}"), Shape.Of(4 * width), width);
        }

        between = dropout == 0 ? null : new Dropout<T>(dropout, initializer);
    }

    /// <summary>The number of inputs at each step.</summary>
    public int Inputs { get; }

    /// <summary>The length of h and of c.</summary>
    public int Width { get; }

    /// <summary>The number of layers.</summary>
    public int Layers => inputWeights.Length;

    /// <summary>Whether inputs and outputs are [batch, steps, …].</summary>
    public bool BatchFirst { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters =>
        Enumerable.Range(0, Layers).SelectMany(layer => new[] { inputWeights[layer], hiddenWeights[layer], inputBiases[layer], hiddenBiases[layer] });

    /// <summary>Runs the sequences, starting from h = c = 0.</summary>
    /// <param name="x">[steps, batch, inputs], or [batch, steps, inputs].</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <returns>h of the last layer after each step: [steps, batch, width], or [batch, steps, width].</returns>
    /// <exception cref="ArgumentException">The input has the wrong shape.</exception>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        x = TimeFirst(x);
        for (int layer = 0; layer < Layers; layer++)
            x = Projected(x, layer, mode).Lstm(x.Tape.Parameter(hiddenWeights[layer]), Bias(x.Tape, layer));
        return BatchFirst ? x.Transpose(0, 1) : x;
    }

    /// <summary>Runs the sequences from given states and replaces the states by the last ones, so that a long sequence can be run in parts.</summary>
    /// <param name="x">[steps, batch, inputs], or [batch, steps, inputs].</param>
    /// <param name="states">One state per layer.</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <returns>h of the last layer after each step.</returns>
    /// <exception cref="ArgumentException">The input or a state has the wrong shape, or the number of states differs from the number of layers.</exception>
    public Var<T> Forward(Var<T> x, Span<LstmState<T>> states, Mode mode = Mode.Training)
    {
        if (states.Length != Layers)
            throw new ArgumentException($"{states.Length} states were given to {Layers} layers of long short-term memory; each layer has one.", nameof(states));
        x = TimeFirst(x);
        int steps = x.Shape[0];
        for (int layer = 0; layer < Layers; layer++)
        {
            Var<T> all = Projected(x, layer, mode).Lstm(x.Tape.Parameter(hiddenWeights[layer]), Bias(x.Tape, layer), states[layer].Hidden, states[layer].Cell);
            states[layer] = new LstmState<T>(steps == 0 ? states[layer].Hidden : all.Select(0, steps - 1), all.Select(0, steps));
            x = all.Slice(0, 0, steps);
        }

        return BatchFirst ? x.Transpose(0, 1) : x;
    }

    // The contribution of the inputs of all steps to the gates, in one matrix product.
    private Var<T> Projected(Var<T> x, int layer, Mode mode)
    {
        if (layer > 0 && between is not null)
            x = between.Forward(x, mode);
        return x.Linear(x.Tape.Parameter(inputWeights[layer]));
    }

    private Var<T> Bias(Tape<T> tape, int layer) => tape.Parameter(inputBiases[layer]) + tape.Parameter(hiddenBiases[layer]);

    private Var<T> TimeFirst(Var<T> x)
    {
        Shape shape = x.Shape;
        if (shape.Rank != 3 || shape[2] != Inputs)
            throw new ArgumentException(
                $"Long short-term memory with {Inputs} inputs was given {shape}; it takes {(BatchFirst ? "[batch, steps" : "[steps, batch")}, {Inputs}].",
                    nameof(x));
        return BatchFirst ? x.Transpose(0, 1) : x;
    }
}
