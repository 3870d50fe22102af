using System.Numerics;

namespace ConservativeAD.Studies.Training;

/// <summary>The mean loss and accuracy of the images seen so far.</summary>
/// <param name="LossSum">The sum of losses.</param>
/// <param name="Right">Images classified correctly.</param>
/// <param name="Images">Images.</param>
internal readonly record struct TrainingScore(double LossSum, long Right, long Images)
{
    public double Loss => LossSum / Images;

    public double Accuracy => (double)Right / Images;

    /// <summary>The score with one more mini-batch.</summary>
    /// <param name="loss">Its mean loss.</param>
    /// <param name="logits">Its logits, images × classes.</param>
    /// <param name="labels">Its labels.</param>
    public TrainingScore With<T>(double loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int classes = logits.Length / labels.Length;
        long right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<T> row = logits.Slice(i * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
            {
                if (row[c] > row[best])
                    best = c;
            }

            right += best == labels[i] ? 1 : 0;
        }

        return new TrainingScore(LossSum + (loss * labels.Length), Right + right, Images + labels.Length);
    }
}
