using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Summation;

/// <summary>This library's own product: fused multiply-adds into one accumulator per output and block of k, the bias last.</summary>
internal sealed class OwnProduct : ISummation
{
    public string Name => "one accumulator (this library)";

    public void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y) =>
        device.MatrixProduct(x, weight.Transpose(0, 1), y, false, bias);
}

/// <summary>
/// k cut into consecutive slices, each summed separately with fused multiply-adds, then the partial sums added and the bias last: what kernels that split k do.
/// </summary>
/// <param name="slices">The number of slices.</param>
internal sealed class SlicedProduct(int slices) : ISummation
{
    public string Name => $"{slices} slices of k, added";

    public void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y)
    {
        NDArray<float> partial = device.Allocate<float>(y.Shape);
        int inputs = x.Shape[1];
        for (int slice = 0; slice < slices; slice++)
        {
            int start = inputs * slice / slices, length = (inputs * (slice + 1) / slices) - start;
            device.MatrixProduct(x.Slice(1, start, length), weight.Slice(1, start, length).Transpose(0, 1), slice == 0 ? y : partial);
            if (slice > 0)
                device.Copy(partial, y, true);
        }

        device.Copy(bias, y, true);
        device.Return(partial);
    }
}

/// <summary>The bias as the first summand, the sums over blocks of k added to it one by one.</summary>
internal sealed class BiasFirst : ISummation
{
    public string Name => "bias first, then blocks of k";

    public void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y)
    {
        device.Copy(bias, y);
        device.MatrixProduct(x, weight.Transpose(0, 1), y, true);
    }
}

/// <summary>Products rounded before they are added to one accumulator, the bias last.</summary>
internal sealed class Unfused : ISummation
{
    public string Name => "rounded products, one accumulator";

    public void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y)
    {
        int rows = x.Shape[0], inputs = x.Shape[1], outputs = weight.Shape[0], lanes = Vector<float>.Count;
        float[] left = x.ToArray(), right = new float[weight.Count], last = bias.ToArray(), result = new float[y.Count];
        float[] given = weight.ToArray();
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
                right[(input * outputs) + output] = given[(output * inputs) + input];
        }

        Parallel.For(0, rows, row =>
        {
            int output = 0;
            for (; output + (4 * lanes) <= outputs; output += 4 * lanes)
            {
                Vector<float> a = default, b = default, c = default, d = default;
                for (int input = 0; input < inputs; input++)
                {
                    var factor = new Vector<float>(left[(row * inputs) + input]);
                    int at = (input * outputs) + output;
                    a += factor * new Vector<float>(right, at);
                    b += factor * new Vector<float>(right, at + lanes);
                    c += factor * new Vector<float>(right, at + (2 * lanes));
                    d += factor * new Vector<float>(right, at + (3 * lanes));
                }

                int to = (row * outputs) + output;
                (a + new Vector<float>(last, output)).CopyTo(result, to);
                (b + new Vector<float>(last, output + lanes)).CopyTo(result, to + lanes);
                (c + new Vector<float>(last, output + (2 * lanes))).CopyTo(result, to + (2 * lanes));
                (d + new Vector<float>(last, output + (3 * lanes))).CopyTo(result, to + (3 * lanes));
            }

            for (; output < outputs; output++)
            {
                float sum = 0;
                for (int input = 0; input < inputs; input++)
                    sum += left[(row * inputs) + input] * right[(input * outputs) + output];
                result[(row * outputs) + output] = sum + last[output];
            }
        });
        y.CopyFrom(result);
    }
}

/// <summary>libtorch's linear on the CPU.</summary>
internal sealed class LibTorch : ISummation
{
    public string Name => "libtorch, CPU";

    public void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor result = torch.nn.functional.linear(Tensor(x), Tensor(weight), Tensor(bias));
        y.CopyFrom(result.data<float>().ToArray());

        static torch.Tensor Tensor(in NDArray<float> array) => torch.tensor(array.ToArray(), [.. array.Shape.ToArray().Select(extent => (long)extent)]);
    }
}

/// <summary>
/// Factors rounded to ten bits after the point, as TF32 units read them, and summed in float: the default of PyTorch 1.7 to 1.11 on Ampere GPUs.
/// </summary>
internal sealed class Tf32 : ISummation
{
    public string Name => "factors rounded to TF32";

    public void Linear(Device device, in NDArray<float> x, in NDArray<float> weight, in NDArray<float> bias, in NDArray<float> y)
    {
        NDArray<float> left = device.Allocate<float>(x.Shape), right = device.Allocate<float>(weight.Shape);
        device.Map(default(TenBits), x, left);
        device.Map(default(TenBits), weight, right);
        device.MatrixProduct(left, right.Transpose(0, 1), y, false, bias);
        device.Return(left);
        device.Return(right);
    }

    // Dekker's splitting: x·c − (x·c − x) keeps the leading 11 bits, to nearest.
    private readonly struct TenBits : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L>
        {
            L scaled = x * L.Constant(8193);
            return scaled - (scaled - x);
        }
    }
}
