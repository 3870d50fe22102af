using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Copies of one element with one kernel each, which measure the cost of a launch. Optionally waits for the device after each.</summary>
internal sealed class LaunchWork(Device device, int launches, bool waits) : IGpuWork
{
    private readonly NDArray<float> source = GpuArrays.Uniform<float>(device, [1], 1, -1, 1);
    private readonly NDArray<float> destination = device.Allocate<float>([1]);

    public void Run()
    {
        for (int i = 0; i < launches; i++)
        {
            device.Copy(source, destination);
            if (waits)
                device.Synchronize();
        }
    }

    public float[] Result()
    {
        Run();
        return destination.ToArray();
    }

    public void Dispose()
    {
        device.Return(source);
        device.Return(destination);
    }
}
