using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// A transformer block on [batch, tokens, width]: attention, followed by two linear layers with an activation between them, each with a shortcut and a layer
/// normalisation. Its parameters are those of PyTorch's TransformerEncoderLayer.
/// </summary>
/// <remarks>
/// Vaswani et al. 2017 normalise after the shortcut, norm(x + f(x)); with <c>normalizeFirst</c> it is x + f(norm(x)), as in Xiong et al., "On layer
/// normalization in the transformer architecture", 2020.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class TransformerBlock<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MultiHeadAttention<T> attention;
    private readonly Linear<T> expand;
    private readonly Linear<T> contract;
    private readonly LayerNorm<T> attentionNorm;
    private readonly LayerNorm<T> feedForwardNorm;
    private readonly Func<Var<T>, Var<T>> activation;
    private readonly bool normalizeFirst;
    private readonly Dropout<T>? afterAttention;
    private readonly Dropout<T>? afterActivation;
    private readonly Dropout<T>? afterFeedForward;

    /// <summary>Creates the block.</summary>
    /// <param name="name">The prefix of its parameters' names, which continue as in PyTorch: self_attn…, linear1…, linear2…, norm1…, norm2….</param>
    /// <param name="width">The length of a token.</param>
    /// <param name="heads">The number of heads that the width is split into; it must divide the width.</param>
    /// <param name="feedForward">The width between the two linear layers.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="activation">The activation between the two linear layers, such as <c>x =&gt; x.Gelu()</c>; relu if null.</param>
    /// <param name="normalizeFirst">Whether the inputs of attention and linear layers are normalised, instead of their sums with the shortcut.</param>
    /// <param name="isCausal">Whether token t attends only to tokens 0 to t.</param>
    /// <param name="dropout">The probability of dropout after attention, after the activation and after the second linear layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width, the number of heads or the width between the linear layers is less than 1, or the probability
    /// is out of range.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public TransformerBlock(string name, int width, int heads, int feedForward, Initializer initializer, Func<Var<T>, Var<T>>? activation = null,
        bool normalizeFirst = false, bool isCausal = false, double dropout = 0)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(feedForward, 1);
        this.activation = activation ?? (static x => x.Relu());
        this.normalizeFirst = normalizeFirst;
        attention = new MultiHeadAttention<T>(PathOf(name, "self_attn"), width, heads, initializer, isCausal);
        expand = new Linear<T>(PathOf(name, "linear1"), width, feedForward, initializer);
        contract = new Linear<T>(PathOf(name, "linear2"), feedForward, width, initializer);
        attentionNorm = new LayerNorm<T>(PathOf(name, "norm1"), Shape.Of(width), initializer);
        feedForwardNorm = new LayerNorm<T>(PathOf(name, "norm2"), Shape.Of(width), initializer);
        if (dropout == 0)
            return;
        afterAttention = new Dropout<T>(dropout, initializer);
        afterActivation = new Dropout<T>(dropout, initializer);
        afterFeedForward = new Dropout<T>(dropout, initializer);
    }

    /// <summary>The length of a token.</summary>
    public int Width => attention.Width;

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters =>
        [.. attention.Parameters, .. expand.Parameters, .. contract.Parameters, .. attentionNorm.Parameters, .. feedForwardNorm.Parameters];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not of shape [batch, tokens, width], or there are no tokens.</exception>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != Width)
            throw new ArgumentException($"A transformer block of width {Width} was given {x.Shape}; it takes [batch, tokens, {Width}].", nameof(x));
        if (normalizeFirst)
        {
            x += Mix(attentionNorm.Forward(x, mode), mode);
            return x + FeedForward(feedForwardNorm.Forward(x, mode), mode);
        }

        x = attentionNorm.Forward(x + Mix(x, mode), mode);
        return feedForwardNorm.Forward(x + FeedForward(x, mode), mode);
    }

    private static Var<T> Drop(Dropout<T>? dropout, Var<T> x, Mode mode) => dropout is null ? x : dropout.Forward(x, mode);

    private Var<T> Mix(Var<T> x, Mode mode) => Drop(afterAttention, attention.Forward(x, mode), mode);

    private Var<T> FeedForward(Var<T> x, Mode mode)
    {
        Var<T> hidden = Drop(afterActivation, activation(expand.Forward(x, mode)), mode);
        return Drop(afterFeedForward, contract.Forward(hidden, mode), mode);
    }
}
