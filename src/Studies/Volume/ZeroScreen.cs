using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// Counts the relus of a narrow network at exactly 0 on a mini-batch, without a tape and without parts that have no influence: pixels that are 0 in the whole
/// mini-batch, the last layer and the loss. The values have the same bits as in the recorded program.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class ZeroScreen<T> : IZeroScreen<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Device device;
    private readonly RandomPerceptron<T> network;
    private readonly LiveColumns<T> batches;
    private readonly NDArray<T> firstWeight;
    private readonly NDArray<T> taken;

    public ZeroScreen(Device device, RandomPerceptron<T> network, LiveColumns<T> batches)
    {
        (this.device, this.network, this.batches) = (device, network, batches);
        Shape weight = network.Weight(0).Shape;
        firstWeight = device.Allocate<T>([weight[1], weight[0]]);
        taken = device.Allocate<T>([weight[1], weight[0]]);
    }

    public void Begin() => device.Copy(network.Weight(0).Transpose(0, 1), firstWeight);

    public long Count(int batch)
    {
        device.Return(Run(batch, out long zeros).Storage);
        return zeros;
    }

    public NDArray<T> Run(int batch, out long zeros)
    {
        (IReadOnlyList<LiveColumns<T>.Part> parts, int images) = batches[batch];
        int width = firstWeight.Shape[1];
        NDArray<T> values = device.Allocate<T>([images, width]);
        if (parts.Count == 0)
            device.Copy(network.Bias(0), values);
        for (int part = 0; part < parts.Count; part++)
        {
            NDArray<T> rows = taken.Slice(0, 0, parts[part].Columns.Count);
            device.GatherRows(firstWeight, parts[part].Columns, rows);
            device.MatrixProduct(parts[part].Images, rows, values, part > 0, part == parts.Count - 1 ? network.Bias(0) : default);
        }

        zeros = device.Count(default(IsZero), values);
        for (int layer = 1; layer < network.Layers - 1; layer++)
        {
            device.Map(default(Positive), values, values);
            NDArray<T> next = device.Allocate<T>([images, width]);
            device.MatrixProduct(values, network.Weight(layer).Transpose(0, 1), next, bias: network.Bias(layer));
            device.Return(values);
            values = next;
            zeros += device.Count(default(IsZero), values);
        }

        return values;
    }

    public void Dispose()
    {
        device.Return(firstWeight);
        device.Return(taken);
    }

    internal readonly struct IsZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));
    }

    internal readonly struct Positive : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => default(Rules.Relu).Value(x);
    }
}
