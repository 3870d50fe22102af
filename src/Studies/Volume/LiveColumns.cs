using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// The mini-batches of a data set without the pixels that are 0 in all of their images, which are three in ten for MNIST. A product with 0 changes no sum, so a
/// first layer over the remaining columns has the same bits as one over all, provided that the sum is split at the same places as in the matrix product.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class LiveColumns<T> : ScreenedImages<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(Part[] Parts, int Count)> batches = [];

    /// <summary>Copies the remaining columns.</summary>
    /// <param name="device">Where.</param>
    /// <param name="images">Images × pixels.</param>
    /// <param name="batch">Images in a mini-batch.</param>
    /// <param name="cancellation">Stops it.</param>
    public LiveColumns(Device device, in NDArray<T> images, int batch, CancellationToken cancellation = default)
    {
        // Halves are rounded once after the whole sum, so the sum is not split.
        int count = images.Shape[0], pixels = images.Shape[1];
        int block = typeof(T) == typeof(Half) ? pixels : MatrixProduct.SumBlock<T>();
        for (int start = 0; start < count; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = Math.Min(batch, count - start);
            T[] values = images.Slice(0, start, length).ToArray();
            List<Part> parts = [];
            for (int first = 0; first < pixels; first += block)
            {
                int[] columns = [.. Enumerable.Range(first, Math.Min(block, pixels - first))
                    .Where(column => typeof(T) == typeof(Half) || HasNonzero(values, pixels, column))];
                if (columns.Length > 0)
                    parts.Add(new Part(device.Array<int>([columns.Length], columns),
                        device.Array<T>([length, columns.Length], Taken(values, pixels, length, columns))));
            }

            batches.Add(([.. parts], length));
        }
    }

    /// <summary>The parts of a mini-batch, in the order in which a first layer adds them, and the number of its images.</summary>
    /// <param name="batch">The index of the mini-batch.</param>
    public (IReadOnlyList<Part> Parts, int Count) this[int batch] => batches[batch];

    public override IZeroScreen<T> Screen(Device device, RandomPerceptron<T> network) => new ZeroScreen<T>(device, network, this);

    private static bool HasNonzero(T[] values, int pixels, int column)
    {
        for (int i = column; i < values.Length; i += pixels)
        {
            if (values[i] != T.Zero)
                return true;
        }

        return false;
    }

    private static T[] Taken(T[] values, int pixels, int images, int[] columns)
    {
        T[] taken = new T[images * columns.Length];
        for (int image = 0, to = 0; image < images; image++)
        {
            foreach (int column in columns)
                taken[to++] = values[(image * pixels) + column];
        }

        return taken;
    }

    /// <summary>Columns that a matrix product sums in one chain.</summary>
    /// <param name="Columns">The indices of the pixels.</param>
    /// <param name="Images">The images' values of these pixels.</param>
    internal sealed record Part(NDArray<int> Columns, NDArray<T> Images);
}
