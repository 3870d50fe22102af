using ConservativeAD.Kernels.Common;
using ILGPU;
using ILGPU.Runtime;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>A block of a GPU's memory.</summary>
internal sealed class GpuStorage<T>(Device device, BlockPool pool, MemoryBuffer1D<byte, Stride1D.Dense> buffer, int capacity) : Storage<T>(device, capacity)
    where T : unmanaged
{
    // Accounts for a block that a tape or program never returned. Its buffer has its own finalizer.
    ~GpuStorage()
    {
        if (IsHeld)
            pool.Forget(Bytes);
    }

    /// <summary>The bytes.</summary>
    public ArrayView<byte> View { get; } = buffer.View.AsContiguous();

    /// <summary>The address of the first byte in the device's memory.</summary>
    public nint Address => buffer.NativePtr;

    private protected override void Release()
    {
        buffer.Dispose();
    }
}
