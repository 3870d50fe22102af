using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>A kernel from arrays of random numbers into an array, all there already, several times in a run.</summary>
internal sealed class KernelWork<T> : IGpuWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Device device;
    private readonly NDArray<T>[] inputs;
    private readonly NDArray<T> output;
    private readonly Action<Device, NDArray<T>[], NDArray<T>> kernel;
    private readonly int times;

    public KernelWork(Device device, Shape[] inputs, in Shape output, Action<Device, NDArray<T>[], NDArray<T>> kernel, int times = 1)
    {
        this.device = device;
        this.kernel = kernel;
        this.times = times;
        this.inputs = [.. inputs.Select((shape, i) => GpuArrays.Uniform<T>(device, shape, (ulong)i + 1, -1, 1))];
        this.output = device.Allocate<T>(output);
    }

    public void Run()
    {
        for (int i = 0; i < times; i++)
            kernel(device, inputs, output);
    }

    public float[] Result()
    {
        Run();
        return GpuArrays.Floats(output);
    }

    public void Dispose()
    {
        foreach (NDArray<T> input in inputs)
            device.Return(input.Storage);
        device.Return(output.Storage);
    }
}
