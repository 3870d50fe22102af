using System.Numerics;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Training;

/// <summary>Images and labels gathered by index into mini-batches, in memory that is used again for the next one.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <param name="images">The images.</param>
internal sealed class LabelledBatches<T>(ImageSet images)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Pixels are bytes: 256 values in [0, 1].
    private static readonly T[] ValueOf = [.. Enumerable.Range(0, 256).Select(pixel => T.CreateTruncating(pixel / 255.0))];

    private T[] pixels = [];
    private int[] labels = [];

    /// <summary>How many images there are.</summary>
    public int Count => images.Count;

    /// <summary>Gathers a mini-batch.</summary>
    /// <param name="chosen">Which images.</param>
    /// <param name="batchPixels">Their pixels in [0, 1], image after image; until the next call.</param>
    /// <param name="batchLabels">Their labels; until the next call.</param>
    public void Read(ReadOnlySpan<int> chosen, out ReadOnlySpan<T> batchPixels, out ReadOnlySpan<int> batchLabels)
    {
        int size = images.Pixels.Length / images.Count;
        if (pixels.Length < chosen.Length * size)
        {
            pixels = new T[chosen.Length * size];
            labels = new int[chosen.Length];
        }

        for (int i = 0; i < chosen.Length; i++)
        {
            ReadOnlySpan<byte> image = images.Pixels.AsSpan(chosen[i] * size, size);
            Span<T> target = pixels.AsSpan(i * size, size);
            for (int p = 0; p < size; p++)
                target[p] = ValueOf[image[p]];
            labels[i] = images.Labels[chosen[i]];
        }

        batchPixels = pixels.AsSpan(0, chosen.Length * size);
        batchLabels = labels.AsSpan(0, chosen.Length);
    }
}
