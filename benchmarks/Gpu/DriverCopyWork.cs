using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Ilgpu;
using ILGPU;
using ILGPU.Runtime;
using Device = ConservativeAD.Kernels.Device;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>
/// A copy of device memory by the driver, without a kernel of this library: it shows the memory's bandwidth. On the CPU, which only serves for comparison, the
/// device copies.
/// </summary>
internal sealed class DriverCopyWork<T> : IGpuWork
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private readonly Device device;
    private readonly NDArray<T> source;
    private readonly NDArray<T> destination;

    public DriverCopyWork(Device device, int count)
    {
        this.device = device;
        source = GpuArrays.Uniform<T>(device, [count], 1, -3, 3);
        destination = device.Allocate<T>([count]);
    }

    public void Run()
    {
        if (device is not GpuDevice)
        {
            device.Copy(source, destination);
            return;
        }

        ArrayView<T> from = GpuDevice.View<T, T>(source), to = GpuDevice.View<T, T>(destination);
        AcceleratorStream stream = from.GetAccelerator().DefaultStream;
        from.SubView(0, source.Count).CopyTo(stream, to.SubView(0, source.Count));
        stream.Synchronize();
    }

    public float[] Result()
    {
        device.Synchronize();
        Run();
        return GpuArrays.Floats(destination);
    }

    public void Dispose()
    {
        device.Return(source);
        device.Return(destination);
    }
}
