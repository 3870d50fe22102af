using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>
/// Stacked plain recurrent layers (Elman 1990), h ← φ(W·x + b + W'·h + b') with φ = tanh or relu: [steps, batch, inputs] to [steps, batch, width], or to
/// [steps, batch, 2·width] in both directions. Weights and biases are those of PyTorch's RNN. The operations of every step are recorded one by one.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Rnn<T> : Recurrent<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the layers, with weights and biases uniform in ±1/√width.</summary>
    /// <param name="name">The prefix of its parameters' names, which continue as in PyTorch: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, and so on for
    /// every layer; those of the other direction end in _reverse.</param>
    /// <param name="inputs">The number of inputs at each step.</param>
    /// <param name="width">The length of h.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="layers">The number of layers; at least 1.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [batch, steps, …] instead, which costs a copy of each.</param>
    /// <param name="dropout">The probability of dropout between layers.</param>
    /// <param name="isBidirectional">Whether every layer also runs from the last step to the first; the two results stand side by side, and the next layer
    /// reads both.</param>
    /// <param name="usesRelu">Whether φ is relu instead of tanh.</param>
    /// <param name="bias">Whether the layers have biases.</param>
    /// <exception cref="ArgumentOutOfRangeException">The inputs, the width or the layers are fewer than 1, or the probability is out of range.</exception>
    public Rnn(string name, int inputs, int width, Initializer initializer, int layers = 1, bool batchFirst = false, double dropout = 0,
        bool isBidirectional = false, bool usesRelu = false, bool bias = true)
        : base(name, 1, inputs, width, initializer, layers, batchFirst, dropout, isBidirectional, bias) => UsesRelu = usesRelu;

    /// <summary>Whether φ is relu instead of tanh.</summary>
    public bool UsesRelu { get; }

    private protected override string Kind => "Plain recurrence";

    /// <summary>Runs the sequences, starting from h = 0.</summary>
    /// <param name="x">[steps, batch, inputs], or [batch, steps, inputs].</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <returns>h of the last layer after each step: [steps, batch, width], or [batch, steps, width]; twice as wide in both directions.</returns>
    /// <exception cref="ArgumentException">The input has the wrong shape.</exception>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => Run(x, mode, (x, layer, _) =>
        Product(x, layer).Rnn(x.Tape.Parameter(layer.Hidden), Bias(x.Tape, layer), null, UsesRelu));

    /// <summary>
    /// Runs the sequences from given states and replaces the states by the last ones, so that a long sequence can be run in parts. In the other direction the
    /// last state is the one after the first step.
    /// </summary>
    /// <param name="x">[steps, batch, inputs], or [batch, steps, inputs].</param>
    /// <param name="states">h for each layer, of shape [batch, width]; in both directions two, the first direction's first.</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <returns>h of the last layer after each step.</returns>
    /// <exception cref="ArgumentException">The input or a state has the wrong shape, or the number of states is wrong.</exception>
    public Var<T> Forward(Var<T> x, Span<Var<T>> states, Mode mode = Mode.Training)
    {
        CheckStates(states.Length);
        Var<T>[] moved = [.. states];
        Var<T> y = Run(x, mode, (x, layer, place) =>
        {
            int steps = x.Shape[0];
            Var<T> all = Product(x, layer).Rnn(x.Tape.Parameter(layer.Hidden), Bias(x.Tape, layer), moved[place], UsesRelu);
            if (steps > 0)
                moved[place] = all.Select(0, steps - 1);
            return all;
        });
        moved.CopyTo(states);
        return y;
    }
}
