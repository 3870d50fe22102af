using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// Attention with several heads (Vaswani et al. 2017): every token of [batch, tokens, width] becomes a weighted combination of the values that it attends to:
/// its own sequence's, or another's. Weights are those of PyTorch's MultiheadAttention: linear layers compute queries, keys and values, another combines the
/// heads.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class MultiHeadAttention<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] inputWeights;
    private readonly Parameter<T> inputBias;
    private readonly Parameter<T> outputWeight;
    private readonly Parameter<T> outputBias;
    private readonly Philox random;
    private readonly DrawCounter counter = new();

    /// <summary>
    /// Creates the layer. The weights for queries, keys and values are uniform in ±√(6/(inputs + outputs)), counted together if they are one array; those that
    /// combine the heads in ±1/√width; biases are 0.
    /// </summary>
    /// <param name="name">The prefix of its parameters' names, which continue as in PyTorch: in_proj_weight, or q_proj_weight, k_proj_weight and v_proj_weight
    /// if keys or values have another width; in_proj_bias, out_proj.weight, out_proj.bias.</param>
    /// <param name="width">The length of a token.</param>
    /// <param name="heads">The number of heads that the width is split into; it must divide the width.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="isCausal">Whether token t attends only to tokens 0 to t.</param>
    /// <param name="dropout">The probability of dropout of the weights of keys.</param>
    /// <param name="keyHeads">The number of heads of keys and values, each shared by consecutive heads of queries; it must divide the heads, which it equals if
    /// null.</param>
    /// <param name="keyWidth">The length of a token from which keys are computed, if it is not the width.</param>
    /// <param name="valueWidth">The length of a token from which values are computed, if it is not the width.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width or a number of heads is less than 1, or the probability is out of range.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the width, or the heads of keys do not divide the heads.</exception>
    public MultiHeadAttention(string name, int width, int heads, Initializer initializer, bool isCausal = false, double dropout = 0, int? keyHeads = null,
        int? keyWidth = null, int? valueWidth = null)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyHeads ?? 1, 1, nameof(keyHeads));
        ArgumentOutOfRangeException.ThrowIfLessThan(keyWidth ?? 1, 1, nameof(keyWidth));
        ArgumentOutOfRangeException.ThrowIfLessThan(valueWidth ?? 1, 1, nameof(valueWidth));
        if (width % heads != 0)
            throw new ArgumentException($"Attention of width {width} cannot be cut into {heads} heads; the heads must divide the width.", nameof(heads));
        if (heads % (keyHeads ?? heads) != 0)
            throw new ArgumentException($"{keyHeads} heads of keys cannot be shared evenly by {heads} heads of queries.", nameof(keyHeads));
        if (!(dropout is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, $"A dropout probability of {dropout} was given; it lies between 0 and 1.");
        Width = width;
        Heads = heads;
        KeyHeads = keyHeads ?? heads;
        KeyWidth = keyWidth ?? width;
        ValueWidth = valueWidth ?? width;
        IsCausal = isCausal;
        Dropout = dropout;
        int shared = KeyHeads * (width / heads), rows = width + (2 * shared);
        inputWeights = KeyWidth == width && ValueWidth == width
            ? [initializer.GlorotUniform<T>(PathOf(name, "in_proj_weight"), Shape.Of(rows, width), width, rows)]
            : [
                initializer.GlorotUniform<T>(PathOf(name, "q_proj_weight"), Shape.Of(width, width), width, width),
                initializer.GlorotUniform<T>(PathOf(name, "k_proj_weight"), Shape.Of(shared, KeyWidth), KeyWidth, shared),
                initializer.GlorotUniform<T>(PathOf(name, "v_proj_weight"), Shape.Of(shared, ValueWidth), ValueWidth, shared),
            ];
        inputBias = initializer.Constant<T>(PathOf(name, "in_proj_bias"), Shape.Of(rows), 0);
        outputWeight = initializer.Uniform<T>(PathOf(name, "out_proj.weight"), Shape.Of(width, width), width);
        outputBias = initializer.Constant<T>(PathOf(name, "out_proj.bias"), Shape.Of(width), 0);
        random = dropout == 0 ? default : initializer.NextStream();
    }

    /// <summary>The length of a token.</summary>
    public int Width { get; }

    /// <summary>The number of heads.</summary>
    public int Heads { get; }

    /// <summary>The number of heads of keys and values.</summary>
    public int KeyHeads { get; }

    /// <summary>The length of a token from which keys are computed.</summary>
    public int KeyWidth { get; }

    /// <summary>The length of a token from which values are computed.</summary>
    public int ValueWidth { get; }

    /// <summary>Whether token t attends only to tokens 0 to t.</summary>
    public bool IsCausal { get; }

    /// <summary>The probability of dropout of the weights of keys.</summary>
    public double Dropout { get; }

    /// <summary>The number of random numbers taken so far; set it to continue a run where it stopped.</summary>
    public ulong Drawn
    {
        get => counter.Drawn;
        set => counter.Drawn = value;
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => [.. inputWeights, inputBias, outputWeight, outputBias];

    /// <summary>Every token attends to the tokens of its own sequence.</summary>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="ArgumentException">The input is not of shape [batch, tokens, width], there are no tokens, or keys or values have another
    /// width.</exception>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != Width)
            throw new ArgumentException($"Attention of width {Width} was given {x.Shape}; it takes [batch, tokens, {Width}].", nameof(x));
        bool drops = Dropout > 0 && mode == Mode.Training;
        if (drops || KeyHeads != Heads || inputWeights.Length > 1)
            return Forward(x, x, x, null, mode);
        Tape<T> tape = x.Tape;
        return x.Linear(tape.Parameter(inputWeights[0]), tape.Parameter(inputBias)).SelfAttention(Heads, IsCausal)
            .Linear(tape.Parameter(outputWeight), tape.Parameter(outputBias));
    }

    /// <summary>Every token attends to the tokens of another sequence, or of its own under a mask.</summary>
    /// <param name="queries">[batch, tokens, width].</param>
    /// <param name="keys">[batch, keys, key width].</param>
    /// <param name="values">[batch, keys, value width].</param>
    /// <param name="options">Masks, bias and scale; the layer sets its own dropout and shared heads, and is causal if it or the options are. Null for
    /// none.</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <returns>[batch, tokens, width]. A token that attends to none becomes the output layer's bias.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no keys.</exception>
    public Var<T> Forward(Var<T> queries, Var<T> keys, Var<T> values, AttentionOptions<T>? options = null, Mode mode = Mode.Training)
    {
        Check(queries, Width, "queries");
        Check(keys, KeyWidth, "keys");
        Check(values, ValueWidth, "values");
        Tape<T> tape = queries.Tape;
        int shared = KeyHeads * (Width / Heads);
        Var<T> bias = tape.Parameter(inputBias);
        Var<T> q = queries.Linear(Weight(0, 0, Width), bias.Slice(0, 0, Width)), k = keys.Linear(Weight(1, Width, shared), bias.Slice(0, Width, shared)),
            v = values.Linear(Weight(2, Width + shared, shared), bias.Slice(0, Width + shared, shared));
        options ??= new AttentionOptions<T>();
        options = options with
        {
            IsCausal = IsCausal || options.IsCausal,
            KeyHeads = KeyHeads,
            Dropout = mode == Mode.Training ? Dropout : 0,
            Random = random,
            Counter = counter,
        };
        return q.Attention(k, v, Heads, options).Linear(tape.Parameter(outputWeight), tape.Parameter(outputBias));

        Var<T> Weight(int part, int start, int length) =>
            inputWeights.Length == 1 ? tape.Parameter(inputWeights[0]).Slice(0, start, length) : tape.Parameter(inputWeights[part]);
    }

    private static void Check(Var<T> x, int width, string what)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != width)
            throw new ArgumentException($"Attention was given {what} of shape {x.Shape}; it takes [batch, tokens, {width}].", what);
    }
}
