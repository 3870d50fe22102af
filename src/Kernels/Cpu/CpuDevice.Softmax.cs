namespace ConservativeAD.Kernels.Cpu;

/// <content>The softmax with its loss.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void SoftmaxCrossEntropyCore<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses)
    {
        ArgumentChecks.SoftmaxLoss(logits, labels, probabilities, losses);
        int* at = MapLoop.Pointer(labels);
        for (int row = 0; row < labels.Count; row++)
        {
            if ((uint)at[row] >= (uint)logits.Shape[1])
                throw new ArgumentException(
                    $"Label {at[row]} at position {row} is out of range: there are {logits.Shape[1]} classes, 0 to {logits.Shape[1] - 1}.");
        }

        SoftmaxRows.Forward(pool, MapLoop.Pointer(logits), at, MapLoop.Pointer(probabilities), MapLoop.Pointer(losses), logits.Shape[0], logits.Shape[1]);
    }

    private protected override void SoftmaxCrossEntropyPullbackCore<T>(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent,
        double scale, in NDArray<T> destination, bool accumulate)
    {
        int rows = ArgumentChecks.SoftmaxLossPullback(probabilities, cotangent, destination);
        SoftmaxRows.Pullback(pool, MapLoop.Pointer(probabilities), MapLoop.Pointer(labels), MapLoop.Pointer(cotangent), cotangent.Count == 1
            ? 0
            : 1, scale, MapLoop.Pointer(destination), rows, probabilities.Shape[1], accumulate);
    }
}
