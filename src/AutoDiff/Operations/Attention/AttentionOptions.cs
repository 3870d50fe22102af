using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Which keys the queries of an attention see, and how their scores become weights.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed record AttentionOptions<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether token t sees only keys 0 to t.</summary>
    public bool IsCausal { get; init; }

    /// <summary>The factor of the inner products; 1/√dimension if null.</summary>
    public double? Scale { get; init; }

    /// <summary>
    /// Nonzero where a query sees a key, 0 where it does not, as the boolean masks of PyTorch's scaled_dot_product_attention (those of its MultiheadAttention
    /// say the opposite). It broadcasts to [batch, heads, tokens, keys] and is a constant (<see cref="Operations.Conditions{T}"/> makes one).
    /// </summary>
    public NDArray<T> Mask { get; init; }

    /// <summary>
    /// Constants added to the scaled scores; a query does not see a key where it is −∞. It broadcasts to [batch, heads, tokens, keys].
    /// </summary>
    public NDArray<T> AdditiveMask { get; init; }

    /// <summary>A value added to the scaled scores, with derivatives, finite. It broadcasts to [batch, heads, tokens, keys].</summary>
    public Var<T>? Bias { get; init; }

    /// <summary>The probability with which a weight is set to 0; the others are divided by 1 minus that probability.</summary>
    public double Dropout { get; init; }

    /// <summary>The stream of random numbers for dropout.</summary>
    public Philox Random { get; init; }

    /// <summary>The count of random numbers taken from the stream, so that every run draws others; the stream's first numbers if null.</summary>
    public DrawCounter? Counter { get; init; }

    /// <summary>
    /// The number of heads of keys and values, which divides the number of heads; the same number if null. Consecutive query heads share one (Ainslie et al.,
    /// "GQA", EMNLP 2023).
    /// </summary>
    public int? KeyHeads { get; init; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
