using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>C = A·B for square matrices, into allocated memory.</summary>
internal sealed class ProductWork<T> : IGpuWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Samples = 16;

    private readonly Device device;
    private readonly int n;
    private readonly NDArray<T> left;
    private readonly NDArray<T> right;
    private readonly NDArray<T> product;

    public ProductWork(Device device, int n)
    {
        this.device = device;
        this.n = n;
        left = GpuArrays.Uniform<T>(device, [n, n], 1, -1, 1);
        right = GpuArrays.Uniform<T>(device, [n, n], 2, -1, 1);
        product = device.Allocate<T>([n, n]);
    }

    public void Run() => device.MatrixProduct(left, right, product);

    public float[] Result()
    {
        Run();
        return GpuArrays.Floats(product);
    }

    // Includes the last element, where an index would overflow.
    public double SampledDifference()
    {
        double difference = 0, magnitude = 0;
        for (int sample = 1; sample <= Samples; sample++)
        {
            int row = (int)((long)(n - 1) * sample / Samples), column = sample == Samples ? n - 1 : (int)(((row * 7L) + 3) % n);
            T[] factors = left.Slice(0, row, 1).ToArray(), others = right.Slice(1, column, 1).ToArray();
            double expected = 0;
            for (int k = 0; k < n; k++)
                expected += double.CreateTruncating(factors[k]) * double.CreateTruncating(others[k]);
            double found = double.CreateTruncating(product.Slice(0, row, 1).Slice(1, column, 1).ToArray()[0]);
            difference = Math.Max(difference, double.IsNaN(found) ? double.PositiveInfinity : Math.Abs(found - expected));
            magnitude = Math.Max(magnitude, Math.Abs(expected));
        }

        return difference / magnitude;
    }

    public void Dispose()
    {
        device.Return(left);
        device.Return(right);
        device.Return(product);
    }
}
