using System.Numerics;

namespace ConservativeAD.Studies.Training;

/// <summary>Memory for a mini-batch, reused for later ones.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class Batch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] pixels = [];
    private int[] labels = [];
    private int imageSize;

    /// <summary>The number of images.</summary>
    public int Count { get; private set; }

    /// <summary>Pixels in [0, 1], image after image.</summary>
    public Span<T> Pixels => pixels.AsSpan(0, Count * imageSize);

    /// <summary>The labels.</summary>
    public Span<int> Labels => labels.AsSpan(0, Count);

    /// <summary>Resizes the memory. Elements between the images' own pixels are not changed.</summary>
    /// <param name="count">Images.</param>
    /// <param name="size">Numbers of an image; the same each time.</param>
    public void Resize(int count, int size)
    {
        if (labels.Length < count)
        {
            pixels = new T[count * size];
            labels = new int[count];
        }

        imageSize = size;
        Count = count;
    }
}
