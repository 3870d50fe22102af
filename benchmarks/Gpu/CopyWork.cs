using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>A copy of an array by the device's kernel.</summary>
internal sealed class CopyWork<T>(Device device, int count) : IGpuWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NDArray<T> source = GpuArrays.Uniform<T>(device, [count], 1, -3, 3);
    private readonly NDArray<T> destination = device.Allocate<T>([count]);

    public void Run() => device.Copy(source, destination);

    public float[] Result()
    {
        Run();
        return GpuArrays.Floats(destination);
    }

    public void Dispose()
    {
        device.Return(source);
        device.Return(destination);
    }
}
