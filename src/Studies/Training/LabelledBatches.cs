using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Training;

/// <summary>Collects images and labels by index into mini-batches; the next one is collected while the current one is processed.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <param name="images">The images.</param>
/// <param name="side">The number of rows and columns after padding with zeros on all sides.</param>
internal sealed class LabelledBatches<T>(ImageSet images, int side)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T[] ValueOf = ImageSet.PixelValues<T>();

    private readonly Batch<T>[] slots = [new(), new()];

    /// <summary>The number of images.</summary>
    public int Count => images.Count;

    /// <summary>The shape of a mini-batch.</summary>
    /// <param name="count">The number of images.</param>
    public Shape ShapeOf(int count) => Shape.Of(count, images.Channels, side, side);

    /// <summary>The mini-batches of an order of the images, one after another; the last may be smaller. Each is valid until the next is requested.</summary>
    /// <param name="order">The indices of the images, in order.</param>
    /// <param name="size">Images of a mini-batch.</param>
    public IEnumerable<Batch<T>> InOrder(int[] order, int size) => InBlocks(order.Chunk(size));

    /// <summary>The mini-batches of given images, one after another. Each is valid until the next is requested.</summary>
    /// <param name="blocks">The indices of the images of each.</param>
    public IEnumerable<Batch<T>> InBlocks(IEnumerable<int[]> blocks)
    {
        Task<Batch<T>>? next = null;
        int slot = 0;
        try
        {
            foreach (int[] block in blocks)
            {
                Batch<T>? current = next?.GetAwaiter().GetResult();
                Batch<T> free = slots[slot];
                slot = 1 - slot;
                next = Task.Run(() => Gather(block, free));
                if (current is not null)
                    yield return current;
            }

            if (next is not null)
                yield return next.GetAwaiter().GetResult();
        }
        finally
        {
            // If the caller stops early, no slot may still be in use.
            next?.Wait();
        }
    }

    private Batch<T> Gather(ReadOnlySpan<int> chosen, Batch<T> slot)
    {
        int size = images.Channels * side * side;
        slot.Resize(chosen.Length, size);
        for (int i = 0; i < chosen.Length; i++)
        {
            Copy(chosen[i], slot.Pixels.Slice(i * size, size));
            slot.Labels[i] = images.Labels[chosen[i]];
        }

        return slot;
    }

    // The margin stays zero, because no image writes to it.
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
