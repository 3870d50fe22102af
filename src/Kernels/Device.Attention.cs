using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Attention.</content>
public abstract partial class Device
{
    /// <summary>Per sequence and head: y = softmax(scale · q·kᵀ)·v, the softmax over keys.</summary>
    /// <typeparam name="T">float, double or Half; Half is computed in float.</typeparam>
    /// <param name="q">Queries: [batch, heads, tokens, dimension]; any strides, but neighbours along the last axis stand next to each other. So it is for all arrays of four axes.</param>
    /// <param name="k">Keys: [batch, heads, keys, dimension].</param>
    /// <param name="v">Values: [batch, heads, keys, dimension].</param>
    /// <param name="scale">What inner products are multiplied by.</param>
    /// <param name="isCausal">Whether token t sees keys 0 to t only.</param>
    /// <param name="probabilities">Where the softmax is kept for the pullback: [batch, heads, tokens, keys], contiguous.</param>
    /// <param name="y">The result: [batch, heads, tokens, dimension].</param>
    /// <exception cref="ArgumentException">The shapes or strides do not fit, or there are no keys.</exception>
    public abstract void Attention<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal, in NDArray<T> probabilities, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="Attention{T}"/> to queries, keys and values.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="q">The queries.</param>
    /// <param name="k">The keys.</param>
    /// <param name="v">The values.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="probabilities">As <see cref="Attention{T}"/> left them.</param>
    /// <param name="dy">The cotangent of y.</param>
    /// <param name="dq">Where the cotangent of q is written.</param>
    /// <param name="dk">Where the cotangent of k is written.</param>
    /// <param name="dv">Where the cotangent of v is written.</param>
    /// <param name="accumulate">Whether to add to what the three hold.</param>
    /// <exception cref="ArgumentException">The shapes or strides do not fit.</exception>
    public abstract void AttentionPullback<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities, in NDArray<T> dy, in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
