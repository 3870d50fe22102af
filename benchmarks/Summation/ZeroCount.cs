using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Benchmarks.Summation;

/// <summary>The number of pre-activations of random networks 784-(256 × L)-10 that are exactly 0, under one order of summation.</summary>
/// <param name="Order">The order.</param>
/// <param name="Draws">The way the parameters were drawn.</param>
/// <param name="Networks">The number of networks.</param>
/// <param name="Hits">The number of networks with an exact zero.</param>
/// <param name="Zeros">Exact zeros.</param>
/// <param name="Evaluations">ReLU evaluations.</param>
internal sealed record ZeroCount(string Order, string Draws, int Networks, int Hits, long Zeros, long Evaluations)
{
    private const int Width = 256;
    private const int Rows = 2000;
    private const float PyTorchGrid = 1f / (1 << 24);

    /// <summary>Zeros per evaluation.</summary>
    public double Rate => Zeros / (double)Evaluations;

    /// <summary>The 95 % interval of the rate, by the normal approximation of Poisson's law.</summary>
    public (double Low, double High) Interval =>
        (Math.Max(0, Zeros - (1.96 * Math.Sqrt(Zeros))) / Evaluations, (Zeros + (1.96 * Math.Sqrt(Zeros))) / Evaluations);

    /// <summary>Runs networks over all images.</summary>
    /// <param name="order">The order of summation.</param>
    /// <param name="onGrid">Whether parameters are drawn like PyTorch's floats: 24 random bits, scaled and shifted in float; otherwise in double,
    /// rounded.</param>
    /// <param name="images">[images, 784].</param>
    /// <param name="depth">L.</param>
    /// <param name="networks">The number of networks.</param>
    public static ZeroCount Run(ISummation order, bool onGrid, in NDArray<float> images, int depth, int networks)
    {
        Device device = images.Device;
        long zeros = 0, evaluations = 0;
        int hits = 0;
        NDArray<float>[] layers = [.. Enumerable.Range(0, depth).Select(_ => device.Allocate<float>([Rows, Width]))];
        for (int network = 0; network < networks; network++)
        {
            long before = zeros;
            (NDArray<float> Weight, NDArray<float> Bias)[] parameters = Draw(device, images.Shape[1], depth, network, onGrid);
            for (int start = 0; start < images.Shape[0]; start += Rows)
            {
                int rows = Math.Min(Rows, images.Shape[0] - start);
                NDArray<float> x = images.Slice(0, start, rows);
                for (int layer = 0; layer < depth; layer++)
                {
                    NDArray<float> y = layers[layer].Slice(0, 0, rows);
                    order.Linear(device, x, parameters[layer].Weight, parameters[layer].Bias, y);
                    zeros += device.Count(default(IsZero), y);
                    evaluations += y.Count;
                    device.Map(default(Relu), y, y);
                    x = y;
                }
            }

            hits += zeros > before ? 1 : 0;
            foreach ((NDArray<float> weight, NDArray<float> bias) in parameters)
            {
                device.Return(weight);
                device.Return(bias);
            }
        }

        foreach (NDArray<float> layer in layers)
            device.Return(layer);
        return new ZeroCount(order.Name, onGrid ? "PyTorch's 24 bits" : "double, rounded", networks, hits, zeros, evaluations);
    }

    private static (NDArray<float> Weight, NDArray<float> Bias)[] Draw(Device device, int inputs, int depth, int network, bool onGrid)
    {
        Philox random = new(1, (ulong)network);
        ulong drawn = 0;
        var parameters = new (NDArray<float>, NDArray<float>)[depth];
        for (int layer = 0; layer < depth; layer++)
        {
            int fanIn = layer == 0 ? inputs : Width;
            parameters[layer] = (Uniform([Width, fanIn], fanIn), Uniform([Width], fanIn));
        }

        return parameters;

        NDArray<float> Uniform(Shape shape, int fanIn)
        {
            double bound = 1 / Math.Sqrt(fanIn);
            float[] values = new float[shape.Count];
            if (onGrid)
            {
                uint[] words = new uint[shape.Count];
                random.Words(words, drawn);
                float low = (float)-bound, range = (float)bound - low;
                for (int i = 0; i < values.Length; i++)
                    values[i] = ((words[i] & ((1u << 24) - 1)) * PyTorchGrid * range) + low;
            }
            else
            {
                double[] draws = new double[shape.Count];
                random.Uniform<double>(draws, -bound, bound, drawn);
                values = Array.ConvertAll(draws, value => (float)value);
            }

            drawn += (ulong)values.Length;
            return device.Array<float>(shape, values);
        }
    }

    private readonly struct IsZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));
    }

    private readonly struct Relu : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Max(x, L.Constant(0));
    }
}
