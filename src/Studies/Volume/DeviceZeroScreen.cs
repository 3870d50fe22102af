using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// Counts the relus at exactly 0 on many mini-batches, on a device whose kernels run asynchronously: all counts are read at once. The products are those of the
/// recorded program, so the values have the same bits with any library.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class DeviceZeroScreen<T>(Device device, RandomPerceptron<T> network)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of mini-batches that are counted together.</summary>
    public const int BatchesAtATime = 64;

    private readonly int[] counts = new int[BatchesAtATime];

    /// <summary>Counts the zeros of consecutive mini-batches.</summary>
    /// <param name="images">Images × pixels.</param>
    /// <param name="start">The first image of the first mini-batch.</param>
    /// <param name="batch">Images in a mini-batch; the last one may be smaller.</param>
    /// <returns>One count per mini-batch, at most <see cref="BatchesAtATime"/>.</returns>
    public ReadOnlySpan<int> Count(NDArray<T> images, int start, int batch)
    {
        int all = images.Shape[0], found = 0;
        NDArray<int> zeros = device.Allocate<int>([BatchesAtATime]);
        device.Fill(zeros, 0);
        for (; found < BatchesAtATime && start < all; found++, start += batch)
            device.Return(Run(images.Slice(0, start, Math.Min(batch, all - start)), zeros, found).Storage);
        zeros.CopyTo(counts);
        device.Return(zeros);
        return counts.AsSpan(0, found);
    }

    /// <summary>The arguments of the last hidden layer's relus. The number of zeros in all layers is added to one of the counts.</summary>
    internal NDArray<T> Run(in NDArray<T> images, in NDArray<int> zeros, int place)
    {
        NDArray<T> values = Layer(images, 0);
        device.AddCount(default(ZeroScreen<T>.IsZero), values, zeros, place);
        for (int layer = 1; layer < network.Layers - 1; layer++)
        {
            device.Map(default(ZeroScreen<T>.Positive), values, values);
            NDArray<T> next = Layer(values, layer);
            device.Return(values);
            values = next;
            device.AddCount(default(ZeroScreen<T>.IsZero), values, zeros, place);
        }

        return values;
    }

    private NDArray<T> Layer(in NDArray<T> x, int layer)
    {
        NDArray<T> weight = network.Weight(layer), y = device.Allocate<T>([x.Shape[0], weight.Shape[0]]);
        device.MatrixProduct(x, weight.Transpose(0, 1), y, bias: network.Bias(layer));
        return y;
    }
}
