using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Training;

/// <summary>Images and labels gathered by index into mini-batches, in memory that is used again for the next one.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <param name="images">The images.</param>
/// <param name="side">Rows and columns to which they are padded with zeros on all sides.</param>
internal sealed class LabelledBatches<T>(ImageSet images, int side)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T[] ValueOf = ImageSet.PixelValues<T>();

    private T[] pixels = [];
    private int[] labels = [];

    /// <summary>How many images there are.</summary>
    public int Count => images.Count;

    /// <summary>The shape of a mini-batch.</summary>
    /// <param name="count">How many images.</param>
    public Shape ShapeOf(int count) => Shape.Of(count, images.Channels, side, side);

    /// <summary>Gathers a mini-batch.</summary>
    /// <param name="chosen">Which images.</param>
    /// <param name="batchPixels">Their pixels in [0, 1], image after image; until the next call.</param>
    /// <param name="batchLabels">Their labels; until the next call.</param>
    public void Read(ReadOnlySpan<int> chosen, out ReadOnlySpan<T> batchPixels, out ReadOnlySpan<int> batchLabels)
    {
        int size = images.Channels * side * side;
        if (pixels.Length < chosen.Length * size)
        {
            pixels = new T[chosen.Length * size];
            labels = new int[chosen.Length];
        }

        for (int i = 0; i < chosen.Length; i++)
        {
            Copy(chosen[i], pixels.AsSpan(i * size, size));
            labels[i] = images.Labels[chosen[i]];
        }

        batchPixels = pixels.AsSpan(0, chosen.Length * size);
        batchLabels = labels.AsSpan(0, chosen.Length);
    }

    // The margin stays zero from the beginning: every image leaves it alone.
    private void Copy(int image, Span<T> target)
    {
        int own = images.Side, margin = (side - own) / 2;
        ReadOnlySpan<byte> source = images.Pixels.AsSpan(image * images.Channels * own * own, images.Channels * own * own);
        for (int row = 0; row < images.Channels * own; row++)
        {
            int channel = row / own;
            Span<T> line = target.Slice((((channel * side) + margin + (row % own)) * side) + margin, own);
            for (int column = 0; column < own; column++)
                line[column] = ValueOf[source[(row * own) + column]];
        }
    }
}
