namespace ConservativeAD.Kernels;

/// <content>The softmax with its loss, in one pass over the rows.</content>
public abstract partial class Device
{
    /// <summary>Computes, for each row of logits, the softmax and the negative logarithm of the probability of the row's label.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="logits">[rows, classes], contiguous.</param>
    /// <param name="labels">One class per row, from 0.</param>
    /// <param name="probabilities">[rows, classes], contiguous: the softmax.</param>
    /// <param name="losses">[rows], contiguous: −log of the label's probability.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a label is out of range.</exception>
    public void SoftmaxCrossEntropy<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        logits.CheckReadable();
        labels.CheckReadable();
        probabilities.BeginWrite("Device.SoftmaxCrossEntropy");
        losses.BeginWrite("Device.SoftmaxCrossEntropy");
        SoftmaxCrossEntropyCore(logits, labels, probabilities, losses);
    }

    private protected abstract void SoftmaxCrossEntropyCore<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback: destination = scale · cotangent of the row · (probabilities − one-hot of the label).</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="probabilities">The probabilities that <see cref="SoftmaxCrossEntropy{T}"/> wrote.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="cotangent">One number for all rows, or [rows].</param>
    /// <param name="scale">A factor.</param>
    /// <param name="destination">[rows, classes], contiguous.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public void SoftmaxCrossEntropyPullback<T>(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent, double scale,
        in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        probabilities.CheckReadable();
        labels.CheckReadable();
        cotangent.CheckReadable();
        destination.BeginWrite("Device.SoftmaxCrossEntropyPullback");
        SoftmaxCrossEntropyPullbackCore(probabilities, labels, cotangent, scale, destination, accumulate);
    }

    private protected abstract void SoftmaxCrossEntropyPullbackCore<T>(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent,
        double scale, in NDArray<T> destination, bool accumulate)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;
}
