using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Attention.</content>
public abstract partial class Device
{
    /// <summary>Per sequence and head: y = softmax(scale · q·kᵀ)·v, the softmax over keys.</summary>
    /// <typeparam name="T">float, double or Half; Half is computed in float.</typeparam>
    /// <param name="q">Queries: [batch, heads, tokens, dimension]; any strides, but contiguous along the last axis. The same holds for all four-axis arrays
    /// here.</param>
    /// <param name="k">Keys: [batch, heads, keys, dimension].</param>
    /// <param name="v">Values: [batch, heads, keys, dimension].</param>
    /// <param name="scale">The factor of the inner products.</param>
    /// <param name="isCausal">Whether token t attends to keys 0 to t only.</param>
    /// <param name="probabilities">Receives the softmax, for the pullback: [batch, heads, tokens, keys], contiguous.</param>
    /// <param name="y">The result: [batch, heads, tokens, dimension].</param>
    /// <exception cref="ArgumentException">The shapes or strides do not fit, or there are no keys.</exception>
    public void Attention<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal, in NDArray<T> probabilities, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        q.CheckReadable();
        k.CheckReadable();
        v.CheckReadable();
        probabilities.BeginWrite("Device.Attention");
        y.BeginWrite("Device.Attention");
        AttentionCore(q, k, v, scale, isCausal, probabilities, y);
    }

    private protected abstract void AttentionCore<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal,
        in NDArray<T> probabilities, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="Attention{T}"/> to queries, keys and values.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="q">The queries.</param>
    /// <param name="k">The keys.</param>
    /// <param name="v">The values.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="probabilities">The probabilities that <see cref="Attention{T}"/> wrote.</param>
    /// <param name="dy">The cotangent of y.</param>
    /// <param name="dq">Receives the cotangent of q.</param>
    /// <param name="dk">Receives the cotangent of k.</param>
    /// <param name="dv">Receives the cotangent of v.</param>
    /// <param name="accumulate">Whether to add to what these three arrays hold.</param>
    /// <exception cref="ArgumentException">The shapes or strides do not fit.</exception>
    public void AttentionPullback<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities, in NDArray<T> dy,
        in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        q.CheckReadable();
        k.CheckReadable();
        v.CheckReadable();
        probabilities.CheckReadable();
        dy.CheckReadable();
        dq.BeginWrite("Device.AttentionPullback");
        dk.BeginWrite("Device.AttentionPullback");
        dv.BeginWrite("Device.AttentionPullback");
        AttentionPullbackCore(q, k, v, scale, probabilities, dy, dq, dk, dv, accumulate);
    }

    private protected abstract void AttentionPullbackCore<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities,
        in NDArray<T> dy, in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
