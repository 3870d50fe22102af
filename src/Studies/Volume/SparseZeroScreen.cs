using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// A screen that leaves out what has no influence: zeros among pixels and among the values of relu, the last layer and the loss. The weights of a random
/// network are finite, so that zeros change no sum; the others are added in the order of the recorded program.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <typeparam name="U">The type of the arithmetic: T, or float for Half.</typeparam>
internal sealed unsafe class SparseZeroScreen<T, U> : IZeroScreen<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    private readonly Device device;
    private readonly RandomPerceptron<T> network;
    private readonly SparseImages<T, U> images;
    private readonly SparseProduct<U>[] layers;
    private readonly AlignedArray<U> sums;
    private readonly AlignedArray<T> rounded;
    private readonly SparseRows<U> values;
    private readonly int width;

    /// <summary>Makes room for a network.</summary>
    /// <param name="device">The device.</param>
    /// <param name="network">The network.</param>
    /// <param name="images">The mini-batches.</param>
    public SparseZeroScreen(Device device, RandomPerceptron<T> network, SparseImages<T, U> images)
    {
        (this.device, this.network, this.images) = (device, network, images);
        width = network.Weight(0).Shape[0];
        layers = [.. Enumerable.Range(0, network.Layers - 1).Select(layer => new SparseProduct<U>(width, network.Weight(layer).Shape[1], images.LargestBlock))];
        sums = new AlignedArray<U>((long)layers[0].Stride * images.LargestBlock);
        rounded = new AlignedArray<T>(layers[0].Stride);
        values = new SparseRows<U>(layers.Length > 1 ? images.LargestBlock : 0, width);
    }

    public void Begin()
    {
        for (int layer = 0; layer < layers.Length; layer++)
            layers[layer].Pack(MapLoop.Pointer(network.Weight(layer)), MapLoop.Pointer(network.Bias(layer)));
    }

    public long Count(int batch)
    {
        long zeros = 0;
        foreach (SparseImages<T, U>.Block block in images[batch])
            zeros += Forward(block);
        return zeros;
    }

    public NDArray<T> Run(int batch, out long zeros)
    {
        zeros = 0;
        List<T> all = [];
        foreach (SparseImages<T, U>.Block block in images[batch])
        {
            zeros += Forward(block);
            for (int row = 0; row < block.Count; row++)
            {
                foreach (U value in sums.Span.Slice(row * layers[0].Stride, width))
                    all.Add(T.CreateTruncating(value));
            }
        }

        return device.Array<T>([all.Count / width, width], [.. all]);
    }

    public void Dispose()
    {
        // There is nothing but managed memory.
    }

    // The zeros of all hidden layers; the arguments of the last one's relus are left in the sums.
    private long Forward(SparseImages<T, U>.Block block)
    {
        SparseRows<U> rows = block.Rows;
        int stride = layers[0].Stride;
        long zeros = 0;
        for (int layer = 0; layer < layers.Length; layer++)
        {
            layers[layer].Run(rows, block.Count, sums.Pointer);
            Round(block.Count);
            if (layer < layers.Length - 1)
                zeros += values.TakePositive(sums.Pointer, stride, block.Count);
            rows = values;
        }

        return zeros + CountLoop.Zeros(sums.Pointer, block.Count * stride);
    }

    // Halves are rounded once, after the whole sum.
    private void Round(int count)
    {
        if (typeof(T) == typeof(U))
            return;
        int stride = layers[0].Stride;
        U* row = sums.Pointer;
        for (int i = 0; i < count; i++, row += stride)
        {
            Widening.Store(row, rounded.Pointer, 1, stride);
            Widening.Load(rounded.Pointer, 1, row, stride);
        }
    }
}
