namespace ConservativeAD.Kernels.Cpu;

/// <content>The softmax with its loss.</content>
internal sealed unsafe partial class CpuDevice
{
    public override void SoftmaxCrossEntropy<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses)
    {
        if (logits.Shape.Rank != 2 || probabilities.Shape != logits.Shape || labels.Count != logits.Shape[0] || losses.Count != logits.Shape[0]
            || !logits.IsContiguous || !labels.IsContiguous || !probabilities.IsContiguous || !losses.IsContiguous)
            throw new ArgumentException($"A softmax loss takes contiguous logits [rows, classes], as many labels and losses as rows; it was given {logits.Shape}, {labels.Shape} and {losses.Shape}.");
        int* at = MapLoop.Pointer(labels);
        for (int row = 0; row < labels.Count; row++)
        {
            if ((uint)at[row] >= (uint)logits.Shape[1])
                throw new ArgumentException($"Label {at[row]} at position {row} is out of range: there are {logits.Shape[1]} classes, 0 to {logits.Shape[1] - 1}.");
        }

        SoftmaxRows.Forward(pool, MapLoop.Pointer(logits), at, MapLoop.Pointer(probabilities), MapLoop.Pointer(losses), logits.Shape[0], logits.Shape[1]);
    }

    public override void SoftmaxCrossEntropyPullback<T>(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent, double scale, in NDArray<T> destination, bool accumulate)
    {
        int rows = probabilities.Shape[0];
        if (destination.Shape != probabilities.Shape || !destination.IsContiguous || !(cotangent.Count == 1 || cotangent.Count == rows))
            throw new ArgumentException($"The pullback of a softmax loss over {probabilities.Shape} was given a cotangent of {cotangent.Shape} and a destination of {destination.Shape}.");
        SoftmaxRows.Pullback(pool, MapLoop.Pointer(probabilities), MapLoop.Pointer(labels), MapLoop.Pointer(cotangent), cotangent.Count == 1 ? 0 : 1, scale, MapLoop.Pointer(destination), rows, probabilities.Shape[1], accumulate);
    }
}
