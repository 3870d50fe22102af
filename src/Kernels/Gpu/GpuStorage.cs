using ILGPU;
using ILGPU.Runtime;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>A block of a GPU's memory.</summary>
internal sealed class GpuStorage<T>(Device device, MemoryBuffer1D<byte, Stride1D.Dense> buffer, int capacity) : Storage<T>(device, capacity), IDisposable
    where T : unmanaged
{
    /// <summary>The bytes.</summary>
    public ArrayView<byte> Bytes { get; } = buffer.View.AsContiguous();

    /// <summary>Where the first byte stands in the device's memory.</summary>
    public nint Address => buffer.NativePtr;

    public void Dispose() => buffer.Dispose();
}
