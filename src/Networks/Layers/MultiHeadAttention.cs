using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// Self-attention with several heads (Vaswani et al. 2017): every token of [batch, tokens, width] becomes a weighted combination of the tokens that it attends
/// to. Weights are those of PyTorch's MultiheadAttention: one linear layer computes queries, keys and values side by side, another combines the heads.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class MultiHeadAttention<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> inputWeight;
    private readonly Parameter<T> inputBias;
    private readonly Parameter<T> outputWeight;
    private readonly Parameter<T> outputBias;

    /// <summary>
    /// Creates the layer. The weights for queries, keys and values are uniform in ±√(6/(4·width)), those that combine the heads in ±1/√width; biases are 0.
    /// </summary>
    /// <param name="name">The prefix of its parameters' names, which continue as in PyTorch: in_proj_weight, in_proj_bias, out_proj.weight,
    /// out_proj.bias.</param>
    /// <param name="width">The length of a token.</param>
    /// <param name="heads">The number of heads that the width is split into; it must divide the width.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="isCausal">Whether token t attends only to tokens 0 to t.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width or the number of heads is less than 1.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public MultiHeadAttention(string name, int width, int heads, Initializer initializer, bool isCausal = false)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (width % heads != 0)
            throw new ArgumentException($"Attention of width {width} cannot be cut into {heads} heads; the heads must divide the width.", nameof(heads));
        Width = width;
        Heads = heads;
        IsCausal = isCausal;
        inputWeight = initializer.GlorotUniform<T>(PathOf(name, "in_proj_weight"), Shape.Of(3 * width, width), width, 3 * width);
        inputBias = initializer.Constant<T>(PathOf(name, "in_proj_bias"), Shape.Of(3 * width), 0);
        outputWeight = initializer.Uniform<T>(PathOf(name, "out_proj.weight"), Shape.Of(width, width), width);
        outputBias = initializer.Constant<T>(PathOf(name, "out_proj.bias"), Shape.Of(width), 0);
    }

    /// <summary>The length of a token.</summary>
    public int Width { get; }

    /// <summary>The number of heads.</summary>
    public int Heads { get; }

    /// <summary>Whether token t attends only to tokens 0 to t.</summary>
    public bool IsCausal { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => [inputWeight, inputBias, outputWeight, outputBias];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not of shape [batch, tokens, width], or there are no tokens.</exception>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != Width)
            throw new ArgumentException($"Attention of width {Width} was given {x.Shape}; it takes [batch, tokens, {Width}].", nameof(x));
        Tape<T> tape = x.Tape;
        return x.Linear(tape.Parameter(inputWeight), tape.Parameter(inputBias)).SelfAttention(Heads, IsCausal)
            .Linear(tape.Parameter(outputWeight), tape.Parameter(outputBias));
    }
}
