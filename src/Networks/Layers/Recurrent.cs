using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// What stacked recurrent layers share: weights and biases of every layer and direction, with PyTorch's names; both directions; dropout between layers.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Recurrent<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Weights[] weights;
    private readonly Dropout<T>? between;

    private protected Recurrent(string name, int gates, int inputs, int width, Initializer initializer, int layers, bool batchFirst, double dropout,
        bool isBidirectional, bool bias)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        Inputs = inputs;
        Width = width;
        Layers = layers;
        BatchFirst = batchFirst;
        IsBidirectional = isBidirectional;
        weights = new Weights[layers * Directions];
        for (int place = 0; place < weights.Length; place++)
        {
            int layer = place / Directions;
            string suffix = place % Directions == 0 ? $"l{layer}" : $"l{layer}_reverse";
            weights[place] = new(
                initializer.Uniform<T>(PathOf(name, $"weight_ih_{suffix}"), Shape.Of(gates * width, layer == 0 ? inputs : Directions * width), width),
                initializer.Uniform<T>(PathOf(name, $"weight_hh_{suffix}"), Shape.Of(gates * width, width), width),
                bias ? initializer.Uniform<T>(PathOf(name, $"bias_ih_{suffix}"), Shape.Of(gates * width), width) : null,
                bias ? initializer.Uniform<T>(PathOf(name, $"bias_hh_{suffix}"), Shape.Of(gates * width), width) : null);
        }

        HasBias = bias;

        between = dropout == 0 ? null : new Dropout<T>(dropout, initializer);
    }

    /// <summary>The number of inputs at each step.</summary>
    public int Inputs { get; }

    /// <summary>The length of h of one direction.</summary>
    public int Width { get; }

    /// <summary>The number of layers.</summary>
    public int Layers { get; }

    /// <summary>Whether inputs and outputs are [batch, steps, …].</summary>
    public bool BatchFirst { get; }

    /// <summary>Whether every layer also runs from the last step to the first.</summary>
    public bool IsBidirectional { get; }

    /// <summary>Whether the layers have biases.</summary>
    public bool HasBias { get; }

    /// <summary>The dropout between layers, or null; its count of draws continues a run where it stopped.</summary>
    public Dropout<T>? Between => between;

    /// <summary>The number of states: one for each layer and direction, a layer's first direction before its second.</summary>
    public int StateCount => weights.Length;

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters =>
        weights.SelectMany(layer => new[] { layer.Input, layer.Hidden, layer.InputBias, layer.HiddenBias }.OfType<Parameter<T>>());

    private int Directions => IsBidirectional ? 2 : 1;

    private protected abstract string Kind { get; }

    /// <summary>Runs all layers.</summary>
    /// <param name="x">[steps, batch, inputs], or [batch, steps, inputs].</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <param name="sequence">Runs one layer in one direction: from its inputs with the first step first, its weights and its place among the states to h
    /// after each step.</param>
    private protected Var<T> Run(Var<T> x, Mode mode, Func<Var<T>, Weights, int, Var<T>> sequence)
    {
        Shape shape = x.Shape;
        if (shape.Rank != 3 || shape[2] != Inputs)
            throw new ArgumentException(
                $"{Kind} with {Inputs} inputs was given {shape}; it takes {(BatchFirst ? "[batch, steps" : "[steps, batch")}, {Inputs}].", nameof(x));
        if (BatchFirst)
            x = x.Transpose(0, 1);
        for (int layer = 0; layer < Layers; layer++)
        {
            if (layer > 0 && between is not null)
                x = between.Forward(x, mode);
            int place = layer * Directions;
            Var<T> forward = sequence(x, weights[place], place);
            x = IsBidirectional ? Operations.Concatenate(2, forward, sequence(x.Flip(0), weights[place + 1], place + 1).Flip(0)) : forward;
        }

        return BatchFirst ? x.Transpose(0, 1) : x;
    }

    private protected void CheckStates(int states)
    {
        if (states != StateCount)
            throw new ArgumentException(
                $"{states} states were given to {Layers} layers of {Kind}; each layer has {(IsBidirectional ? "two, one for each direction" : "one")}.",
                nameof(states));
    }

    /// <summary>The product of a layer's inputs with its weights.</summary>
    private protected static Var<T> Product(Var<T> x, Weights layer) => x.Linear(x.Tape.Parameter(layer.Input));

    /// <summary>Both biases in one; zeros without any.</summary>
    private protected static Var<T> Bias(Tape<T> tape, Weights layer) => layer.InputBias is null || layer.HiddenBias is null
        ? Zeros(tape, layer)
        : tape.Parameter(layer.InputBias) + tape.Parameter(layer.HiddenBias);

    /// <summary>The bias beside the product with h; zeros without one.</summary>
    private protected static Var<T> HiddenBias(Tape<T> tape, Weights layer) => layer.HiddenBias is null ? Zeros(tape, layer) : tape.Parameter(layer.HiddenBias);

    private static Var<T> Zeros(Tape<T> tape, Weights layer)
    {
        Shape shape = Shape.Of(layer.Hidden.Shape[0]);
        return tape.Constant(shape, new T[shape.Count]);
    }

    /// <summary>The parameters of one layer in one direction; without biases these are null.</summary>
    private protected sealed record Weights(Parameter<T> Input, Parameter<T> Hidden, Parameter<T>? InputBias, Parameter<T>? HiddenBias);
}
