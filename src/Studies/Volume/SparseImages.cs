using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Studies.Volume;

/// <summary>The mini-batches of a data set without pixels that are 0, which are four in five for MNIST.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <typeparam name="U">The type of the arithmetic: T, or float for Half.</typeparam>
internal sealed class SparseImages<T, U> : ScreenedImages<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    // As many rows as are multiplied at a time, so that what is between layers stays in the second-level cache.
    private const int MostRows = 256;

    private readonly List<Block[]> batches = [];

    /// <summary>Takes the pixels.</summary>
    /// <param name="images">Images × pixels.</param>
    /// <param name="batch">Images in a mini-batch; the last one may be smaller.</param>
    /// <param name="cancellation">Stops it.</param>
    public SparseImages(in NDArray<T> images, int batch, CancellationToken cancellation)
    {
        int count = images.Shape[0], pixels = images.Shape[1];
        LargestBlock = Math.Min(Math.Min(batch, count), MostRows);
        SparseRows<U> rows = new(LargestBlock, pixels);
        T[] values = new T[LargestBlock * pixels];
        U[] widened = new U[values.Length];
        for (int start = 0; start < count; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            List<Block> blocks = [];
            int end = Math.Min(count, start + batch);
            for (int first = start; first < end; first += LargestBlock)
            {
                int length = Math.Min(LargestBlock, end - first);
                images.Slice(0, first, length).CopyTo(values.AsSpan(0, length * pixels));
                for (int i = 0; i < length * pixels; i++)
                    widened[i] = U.CreateTruncating(values[i]);
                rows.Take(widened.AsSpan(0, length * pixels));
                blocks.Add(new Block(rows.Compact(length), length));
            }

            batches.Add([.. blocks]);
        }
    }

    /// <summary>The most images of a block.</summary>
    public int LargestBlock { get; }

    /// <summary>The blocks of a mini-batch.</summary>
    /// <param name="batch">The index of the mini-batch.</param>
    public IReadOnlyList<Block> this[int batch] => batches[batch];

    public override IZeroScreen<T> Screen(Device device, RandomPerceptron<T> network) => new SparseZeroScreen<T, U>(device, network, this);

    /// <summary>Images that are multiplied at a time.</summary>
    /// <param name="Rows">Their pixels.</param>
    /// <param name="Count">Their number.</param>
    internal readonly record struct Block(SparseRows<U> Rows, int Count);
}
